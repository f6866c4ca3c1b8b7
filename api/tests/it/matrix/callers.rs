//! Who tries the routes, and what each must be answered.

use super::table::{Row, Who};
use super::world::{Account, SCOPES, World, bearing};
use crate::harness::Haru;

/// What somebody has to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Nobody,
    /// A Bearer that nobody gave out.
    Nonsense,
    Owner,
    Admin,
    Viewer,
    /// A token with that scope alone.
    Program(&'static str),
    /// A token with all scopes.
    FullProgram,
    /// A session of a share link.
    Guest,
}

/// Somebody who tries the routes of the first account.
pub(super) struct Caller {
    kind: Kind,
    /// Of another account.
    pub(super) is_stranger: bool,
    is_operator: bool,
    pub(super) client: Haru,
}

/// Everybody who tries.
pub(super) fn all(world: &World) -> Vec<Caller> {
    let nobody = bearing(&world.operator, "");
    let nonsense = bearing(&world.operator, "nonsense");
    let operator = bearing(&world.operator, &world.operator.token);
    let caller = |kind, is_stranger, client: Haru| Caller { kind, is_stranger, is_operator: false, client };
    let mut callers = vec![
        caller(Kind::Nobody, true, nobody),
        caller(Kind::Nonsense, true, nonsense),
        Caller { kind: Kind::Owner, is_stranger: true, is_operator: true, client: operator },
    ];
    for (account, is_stranger) in [(&world.accounts[0], false), (&world.accounts[1], true)] {
        callers.extend(of(account).map(|(kind, client)| caller(kind, is_stranger, bearing(client, &client.token))));
    }
    callers
}

fn of(account: &Account) -> impl Iterator<Item = (Kind, &Haru)> {
    let people = [(Kind::Owner, &account.owner), (Kind::Admin, &account.admin), (Kind::Viewer, &account.viewer)];
    let programs = SCOPES.into_iter().map(Kind::Program).zip(&account.programs);
    people.into_iter().chain(programs).chain([(Kind::FullProgram, &account.program), (Kind::Guest, &account.guest)])
}

impl Caller {
    pub(super) fn name(&self) -> String {
        let whose = if self.is_operator {
            "the operator, "
        } else if self.is_stranger {
            "a stranger, "
        } else {
            ""
        };
        format!("{whose}{:?}", self.kind)
    }

    /// The status of an answer about something of the first account.
    pub(super) fn expected(&self, row: &Row) -> u16 {
        let is_about_account = row.path.contains('{') || row.body.contains("{domain}") || row.body.contains("{site}");
        match self.may(row.who) {
            Err(status) => status,
            Ok(()) if self.is_stranger && is_about_account && row.who.is_of_an_account() => 404,
            Ok(()) => row.allowed,
        }
    }

    /// Whether somebody of this kind may do such a thing in their own account; else the status that says no.
    pub(super) fn may(&self, who: Who) -> Result<(), u16> {
        use Kind::{Admin, FullProgram, Guest, Nobody, Nonsense, Owner, Program, Viewer};
        let is_member = matches!(self.kind, Owner | Admin | Viewer);
        let allowed = match (who, self.kind) {
            (Who::Anybody, _) => true,
            (_, Nobody | Nonsense) => return Err(401),
            (Who::Maker, Admin | Viewer) => return Err(404),
            (Who::Readers, kind) => is_member || matches!(kind, Program("stats:read") | FullProgram | Guest),
            (Who::Watchers, kind) => is_member || matches!(kind, Program("stats:read") | FullProgram),
            (Who::SiteReaders, kind) => is_member || matches!(kind, Program("sites:read") | FullProgram),
            (Who::SiteWriters, kind) => matches!(kind, Owner | Admin | Program("sites:write") | FullProgram),
            (Who::Senders, kind) => matches!(kind, Owner | Admin | Program("events:write") | FullProgram),
            (Who::Members, _) => is_member,
            (Who::Admins, kind) => matches!(kind, Owner | Admin),
            (Who::Owner | Who::Maker, kind) => kind == Owner,
            (Who::Operator, _) => self.is_operator,
        };
        if allowed { Ok(()) } else { Err(403) }
    }
}

impl Who {
    /// False of what everybody may ask, or the operator of all accounts.
    fn is_of_an_account(self) -> bool {
        !matches!(self, Self::Anybody | Self::Operator)
    }
}
