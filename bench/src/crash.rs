//! `kill -9` under load, again and again: what was answered with 200 must be there once, whatever was going on.
//!
//! Every hit has an id and a page of its own, so that the server's report by page is a ledger to compare with ours. A hit
//! that was under way when the server died may or may not have been stored; in every other round such hits are sent again
//! with the same id after the restart, as the tracker does, and must not be there twice.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use tokio::task::JoinSet;

use crate::api::Site;
use crate::http::Connection;
use crate::ledger::{Ledger, Sent};
use crate::load::next_id;
use crate::machine;
use crate::numbers::{Random, grouped};
use crate::server::Place;
use crate::traffic::Target;

/// Kill the server under load, restart it, compare what it kept with what it had answered for
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How often it is killed.
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    rounds: u32,
    /// Connections at once.
    #[arg(long, default_value_t = 32, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    connections: u16,
    /// Seed of the moments at which it is killed.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    #[command(flatten)]
    place: Place,
}

/// Runs all rounds; false when something was lost or doubled.
#[expect(clippy::print_stdout, reason = "the report is what the program is for")]
pub(crate) async fn run(options: &Options) -> Result<bool, String> {
    let temporary = tempfile::tempdir().map_err(|error| format!("no temporary directory: {error}"))?;
    let haru = options.place.haru(temporary.path())?;
    println!("machine     {}, shared with the load generator", machine::describe());
    println!("database    {}", haru.database());
    println!("load        {} connections, kill -9 after 0.5 to 2 s, {} rounds\n", options.connections, options.rounds);

    let mut random = Random::new(options.seed);
    let mut ledger = Ledger::default();
    let mut server = haru.start().await?;
    let site = Site::create(server.address).await?;
    for round in 1..=options.rounds {
        let load = Load { target: target(&site, server.address), round, connections: options.connections };
        let running = tokio::spawn(load.run());
        let moment = Duration::from_millis(500 + random.below(1500));
        tokio::time::sleep(moment).await;
        server.kill().await?;
        let (acknowledged, unsure) = running.await.map_err(|error| error.to_string())??;
        server = haru.start().await?;
        let retry = round % 2 == 0;
        println!(
            "round {round:>3}   killed after {:>4} ms: {:>7} acknowledged, {:>3} under way{}",
            moment.as_millis(),
            grouped(acknowledged.len()),
            unsure.len(),
            if retry { ", sent again" } else { "" }
        );
        ledger.acknowledged.extend(acknowledged);
        if retry {
            ledger.retried += unsure.len();
            send_again(&target(&site, server.address), &unsure).await?;
            ledger.acknowledged.extend(unsure);
        } else {
            ledger.unsure.extend(unsure);
        }
    }

    let pages = site.pages(server.address).await?;
    let (events, pageviews) = site.totals(server.address).await?;
    let verdict = ledger.compare(&pages);
    server.stop().await?;
    let counted: usize = pages.iter().map(|(_, count)| count).sum();
    println!("\nacknowledged           {:>10}", grouped(ledger.acknowledged.len()));
    println!("  of these sent again  {:>10}", grouped(ledger.retried));
    println!("unanswered, not again  {:>10}", grouped(ledger.unsure.len()));
    println!("  of these kept        {:>10}", grouped(verdict.unanswered_but_kept));
    println!("counted                {:>10}   by page; {} events in total", grouped(counted), grouped(events));
    println!("lost                   {:>10}", grouped(verdict.lost));
    println!("doubled                {:>10}", grouped(verdict.doubled));
    if verdict.unknown > 0 {
        println!("never sent             {:>10}", grouped(verdict.unknown));
    }
    let expected = ledger.acknowledged.len() + verdict.unanswered_but_kept;
    let sums = events == expected && pageviews == expected && counted == expected;
    let good = sums && verdict.is_good();
    println!("\n{}", if good { "Every acknowledged event is counted exactly once." } else { "NOT GOOD." });
    Ok(good)
}

fn target(site: &Site, address: SocketAddr) -> Target {
    Target { address, domain: site.domain.clone(), token: site.token.clone() }
}

/// The load of one round.
#[derive(Clone, Debug)]
struct Load {
    target: Target,
    round: u32,
    connections: u16,
}

impl Load {
    /// Sends until the server is gone; the hits that were answered with 200, and those that were not.
    async fn run(self) -> Result<(Vec<Sent>, Vec<Sent>), String> {
        let mut lanes = JoinSet::new();
        for lane in 0..self.connections {
            lanes.spawn(self.clone().drive(lane));
        }
        let (mut acknowledged, mut unsure) = (Vec::new(), Vec::new());
        while let Some(lane) = lanes.join_next().await {
            let (yes, perhaps) = lane.map_err(|error| error.to_string())?;
            acknowledged.extend(yes);
            unsure.extend(perhaps);
        }
        Ok((acknowledged, unsure))
    }

    async fn drive(self, lane: u16) -> (Vec<Sent>, Vec<Sent>) {
        let (mut acknowledged, mut unsure) = (Vec::new(), Vec::new());
        let Ok(mut connection) = Connection::open(self.target.address).await else { return (acknowledged, unsure) };
        for number in 0_u64.. {
            let sent = Sent {
                id: next_id(),
                page: format!("/crash/{}/{lane}/{number}", self.round),
                visitor: u64::from(lane) * 1_000 + number % 500,
            };
            let answer = connection.send(sent.hit(&self.target).with_id(sent.id)).await;
            match answer {
                Ok(answer) if answer.status == 200 && !answer.dropped => acknowledged.push(sent),
                Ok(_) => unsure.push(sent),
                Err(_) => {
                    unsure.push(sent);
                    break;
                }
            }
        }
        (acknowledged, unsure)
    }
}

async fn send_again(target: &Target, hits: &[Sent]) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("cannot send again: {error}");
    let mut connection = Connection::open(target.address).await.map_err(failed)?;
    for sent in hits {
        let answer = connection.send(sent.hit(target).with_id(sent.id)).await.map_err(failed)?;
        if answer.status != 200 || answer.dropped {
            return Err(format!("a hit that was sent again was answered {}", answer.status));
        }
    }
    Ok(())
}
