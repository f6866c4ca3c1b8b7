//! Addresses that a site does not count, such as its own office. Only what they are hashed to is kept.

use std::net::IpAddr;

use super::Sites;
use crate::accounts::validate::{NAME_MAX, Problems};
use crate::error::Result;
use crate::ids::now_ms;
use crate::store::{ExcludedAddress, NewExcludedAddress, Scope};

/// Addresses that a site may exclude.
pub(crate) const ADDRESSES_MAX: u64 = 100;

/// An address to be excluded, as it was asked for.
#[derive(Clone, Default)]
pub(crate) struct AddressWish {
    /// The address; the caller's own when `None`.
    pub(crate) address: Option<String>,
    /// What to call it.
    pub(crate) note: Option<String>,
}

impl Sites {
    /// The excluded addresses of a site, oldest first.
    ///
    /// # Errors
    /// `NotFound`.
    pub(crate) async fn excluded_addresses(&self, scope: &Scope, name: &str) -> Result<Vec<ExcludedAddress>> {
        let site = self.find(scope, name).await?;
        self.store.excluded_addresses(&site).await
    }

    /// Excludes an address, or where none is named that of the caller.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` by field, `Conflict` when it is excluded already.
    pub(crate) async fn exclude_address(
        &self,
        scope: &Scope,
        name: &str,
        wish: AddressWish,
        callers: IpAddr,
    ) -> Result<ExcludedAddress> {
        let site = self.find(scope, name).await?;
        let mut problems = Problems::default();
        let address = wish.address.map_or(Some(callers), |text| text.trim().parse().ok());
        if address.is_none() {
            problems.add("address", "is not an IPv4 or IPv6 address");
        }
        let note = wish.note.unwrap_or_default().trim().to_owned();
        if note.chars().count() > NAME_MAX {
            problems.add("note", format!("must have at most {NAME_MAX} characters"));
        } else if note.chars().any(char::is_control) {
            problems.add("note", "must not hold control characters");
        }
        problems.into_result()?;
        let keys = self.pipeline.sites.address_keys();
        let hashes = address.map(|address| keys.hashes(&site.id, address).collect()).unwrap_or_default();
        let new = NewExcludedAddress { hashes, note, at: now_ms(), at_most: ADDRESSES_MAX };
        let excluded = self.store.exclude_address(scope, &site.id, new).await?;
        self.changed();
        Ok(excluded)
    }

    /// Counts an address again.
    ///
    /// # Errors
    /// `NotFound` when the site or it is not there.
    pub(crate) async fn include_address(&self, scope: &Scope, name: &str, id: &str) -> Result<()> {
        self.store.include_address(scope, name, id).await?;
        self.changed();
        Ok(())
    }
}
