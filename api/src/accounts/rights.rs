//! What members may do: one table of rights and roles. `docs/roles.md` shows it, and a test compares the two.

use crate::error::{Error, Result};
use crate::store::{Role, User};

/// Something that a member may do in an account, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    ReadNumbers,
    MakeReadingTokens,
    Leave,
    ChangeSites,
    ShareSites,
    SendEvents,
    MakeWritingTokens,
    SeeMembers,
    ManageMembers,
    ToldOfQuotas,
    RenameAccount,
    HandOver,
    DeleteAccount,
    ReadAudit,
    ManageAllTokens,
}

/// One line of the table.
struct Line {
    right: Right,
    /// Viewer, admin, owner.
    roles: [bool; 3],
    /// As the page has it.
    #[cfg_attr(not(test), expect(dead_code, reason = "the page and its test"))]
    words: &'static str,
    /// What those are told who lack it.
    refusal: &'static str,
}

const fn line(right: Right, roles: [bool; 3], words: &'static str, refusal: &'static str) -> Line {
    Line { right, roles, words, refusal }
}

/// May, in tables.
const Y: bool = true;
/// May not.
const N: bool = false;

/// The table. Everything else in the code asks it.
const TABLE: [Line; 15] = [
    line(Right::ReadNumbers, [Y, Y, Y], "read sites that they may see, and their numbers", "members may do this"),
    line(
        Right::MakeReadingTokens,
        [Y, Y, Y],
        "make API tokens that only read; revoke their own",
        "members may do this",
    ),
    line(Right::Leave, [Y, Y, N], "leave the account", "the owner cannot leave: hand over first"),
    line(
        Right::ChangeSites,
        [N, Y, Y],
        "make, change, reset and delete sites; rotate tracking tokens; keep segments and annotations",
        "viewers cannot change sites",
    ),
    line(Right::ShareSites, [N, Y, Y], "make, change and revoke share links", "viewers cannot share sites"),
    line(Right::SendEvents, [N, Y, Y], "send events from servers", "viewers cannot send events"),
    line(
        Right::MakeWritingTokens,
        [N, Y, Y],
        "make API tokens that change sites or send events",
        "viewers cannot make API tokens with sites:write or events:write",
    ),
    line(Right::SeeMembers, [N, Y, Y], "see members and open invitations", "viewers cannot see the members"),
    line(
        Right::ManageMembers,
        [N, Y, Y],
        "invite viewers and admins; change their role and sites; remove them",
        "viewers cannot manage members",
    ),
    line(Right::ToldOfQuotas, [N, Y, Y], "be shown that a quota is nearly or wholly used", "viewers are not told"),
    line(Right::RenameAccount, [N, Y, Y], "rename the account", "viewers cannot rename the account"),
    line(Right::HandOver, [N, N, Y], "hand over ownership", "only the owner can hand over ownership"),
    line(Right::DeleteAccount, [N, N, Y], "delete the account", "only the owner can delete the account"),
    line(Right::ReadAudit, [N, N, Y], "read the audit log", "only the owner can read the audit log"),
    line(
        Right::ManageAllTokens,
        [N, N, Y],
        "see and revoke everybody's API tokens",
        "only the owner can manage the API tokens of others",
    ),
];

impl Right {
    /// Whether those with that role have it.
    pub(crate) fn is_of(self, role: Role) -> bool {
        let column = match role {
            Role::Viewer => 0,
            Role::Admin => 1,
            Role::Owner => 2,
        };
        self.line().is_some_and(|line| line.roles[column])
    }

    /// Goes on for those who have it.
    ///
    /// # Errors
    /// `Forbidden` in words of the table.
    pub(crate) fn check(self, role: Role) -> Result<()> {
        if self.is_of(role) {
            return Ok(());
        }
        Err(Error::Forbidden(self.line().map_or("not allowed", |line| line.refusal)))
    }

    fn line(self) -> Option<&'static Line> {
        TABLE.iter().find(|line| line.right == self)
    }
}

/// Goes on for administrators of the instance, who are a matter of the user, not of a role in an account.
///
/// # Errors
/// `Forbidden` for everybody else.
pub(crate) fn administers(user: &User) -> Result<()> {
    if user.is_admin { Ok(()) } else { Err(Error::Forbidden("only administrators of the instance can do this")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_the_table() {
        let page = include_str!("../../../docs/roles.md");
        let shown: Vec<&str> = page.lines().skip_while(|line| !line.starts_with("|---")).skip(1).collect();
        let shown: Vec<&str> = shown.into_iter().take_while(|line| line.starts_with('|')).collect();
        let word = |may: bool| if may { "yes" } else { "no" };
        let table: Vec<String> = TABLE
            .iter()
            .map(|Line { words, roles: [viewer, admin, owner], .. }| {
                format!("| {words} | {} | {} | {} |", word(*viewer), word(*admin), word(*owner))
            })
            .collect();
        assert_eq!(shown, table);
    }

    #[test]
    fn no_right_stands_twice_and_a_higher_role_lacks_nothing_but_leaving() {
        for (index, line) in TABLE.iter().enumerate() {
            assert!(TABLE[index + 1..].iter().all(|other| other.right != line.right), "{:?}", line.right);
            let [viewer, admin, owner] = line.roles;
            assert!((viewer <= admin && admin <= owner) || line.right == Right::Leave, "{:?}", line.right);
            for (role, may) in [(Role::Viewer, viewer), (Role::Admin, admin), (Role::Owner, owner)] {
                assert_eq!(line.right.is_of(role), may);
                assert_eq!(line.right.check(role).is_ok(), may);
            }
        }
    }
}
