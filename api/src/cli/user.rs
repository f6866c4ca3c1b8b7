//! `haru user`.

use clap::{Args, Subcommand};

use crate::accounts::{Accounts, Registration};
use crate::config::{self, DatabaseConfig};
use crate::secret::Secret;
use crate::store::Store;

/// Manage users
#[derive(Debug, Args)]
pub(super) struct User {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    Create(Create),
    ResetSecondFactor(ResetSecondFactor),
}

/// Make a user with an account of their own; the password is read from `HARU_PASSWORD` or standard input
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  haru user create --email ana@example.com --name Ana < password.txt\n  \
    HARU_PASSWORD=… haru user create --email ana@example.com --name Ana")]
struct Create {
    /// Email address.
    #[arg(long)]
    email: String,
    /// Shown name.
    #[arg(long)]
    name: String,
    /// 12 to 128 characters.
    #[arg(env = "HARU_PASSWORD", long, hide = true, hide_env_values = true)]
    password: Option<String>,
    #[command(flatten)]
    database: DatabaseConfig,
}

/// Turn off the second factor of somebody who has lost it; make sure before that it is they who ask
#[derive(Debug, Args)]
#[command(
    after_help = "The password alone is enough to log in from then on, also while `haru serve` runs. The audit log of \
    each account that they are in tells of it.\n\nExamples:\n  haru user reset-second-factor --email ana@example.com"
)]
struct ResetSecondFactor {
    /// Email address.
    #[arg(long)]
    email: String,
    #[command(flatten)]
    database: DatabaseConfig,
}

impl User {
    pub(super) async fn run(self) -> Result<(), String> {
        match self.command {
            UserCommand::Create(create) => create.run().await,
            UserCommand::ResetSecondFactor(reset) => reset.run().await,
        }
    }
}

impl Create {
    #[expect(clippy::print_stdout, reason = "the command line talks to a person")]
    async fn run(self) -> Result<(), String> {
        let password = match self.password {
            Some(password) => password,
            None => std::io::read_to_string(std::io::stdin())
                .map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
                .map_err(|error| format!("cannot read the password: {error}"))?,
        };
        let store = Store::open(&self.database).await?;
        let accounts = accounts(&store)?;
        let wish = Registration { email: self.email, password, name: self.name };
        let id = accounts.create_user(wish).await.map_err(|error| error.to_string())?;
        store.close().await;
        println!("{id}");
        Ok(())
    }
}

impl ResetSecondFactor {
    #[expect(clippy::print_stdout, reason = "the command line talks to a person")]
    async fn run(self) -> Result<(), String> {
        let store = Store::open_existing(&self.database).await?;
        accounts(&store)?.reset_second_factor(&self.email).await.map_err(|error| error.to_string())?;
        store.close().await;
        println!("the second factor of {} is off", self.email);
        Ok(())
    }
}

/// Tokens are not made here, so any secret will do; whoever has the database may always make users.
fn accounts(store: &Store) -> Result<Accounts, String> {
    Accounts::new(store.clone(), &Secret::throwaway(), config::Registration::Open).map_err(|error| error.to_string())
}
