//! What can be done to a site beside changing its members: excluding addresses, and emptying it.

use std::sync::Arc;

use poem::Request;
use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};

use super::dashboard::instant;
use super::problem::Problem;
use super::security::Called;
use super::{Tag, client};
use crate::app::App;
use crate::sites::AddressWish;
use crate::store;

/// An address that is not counted. Nobody can tell which: it is kept as a hash.
#[derive(Clone, Debug, Object)]
struct ExcludedAddress {
    /// Opaque id.
    id: String,
    /// What it is called; may be blank.
    note: String,
    /// When it was added, RFC 3339.
    created_at: String,
}

impl From<store::ExcludedAddress> for ExcludedAddress {
    fn from(address: store::ExcludedAddress) -> Self {
        Self { id: address.id, note: address.note, created_at: instant(address.created_at) }
    }
}

/// Addresses that are not counted.
#[derive(Clone, Debug, Object)]
struct ExcludedAddressList {
    /// Oldest first.
    addresses: Vec<ExcludedAddress>,
}

/// An address to be excluded.
#[derive(Clone, Object)]
#[oai(deny_unknown_fields)]
struct NewExcludedAddress {
    /// Such as `203.0.113.7`; of IPv6 the /64 that it lies in. The caller's own if not given.
    address: Option<String>,
    /// What to call it, at most 100 characters.
    note: Option<String>,
}

/// What shows that this site is meant.
#[derive(Clone, Debug, Object)]
#[oai(deny_unknown_fields)]
struct Reset {
    /// The site's domain.
    domain: String,
}

#[derive(ApiResponse)]
enum Excluded {
    /// The address, without what it is.
    #[oai(status = 201)]
    Address(Json<ExcludedAddress>),
}

#[derive(ApiResponse)]
enum Included {
    /// It is counted again.
    #[oai(status = 204)]
    Done,
}

#[derive(ApiResponse)]
enum Emptied {
    /// Nothing that was counted can be seen any more; it is being removed.
    #[oai(status = 204)]
    Done,
}

/// Routes of this module.
pub(crate) struct SiteSettingsApi;

#[OpenApi(prefix_path = "/v1", tag = "Tag::Sites")]
impl SiteSettingsApi {
    /// Addresses that a site does not count.
    #[oai(path = "/sites/:site/excluded-addresses", method = "get", operation_id = "listExcludedAddresses")]
    async fn list(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(name): Path<String>,
    ) -> Result<Json<ExcludedAddressList>, Problem> {
        let addresses = app.sites.excluded_addresses(caller.changes_sites()?, &name).await?;
        Ok(Json(ExcludedAddressList { addresses: addresses.into_iter().map(ExcludedAddress::from).collect() }))
    }

    /// Count an address of a site no longer. It is kept as a hash that can't be undone without the instance's secret.
    #[oai(path = "/sites/:site/excluded-addresses", method = "post", operation_id = "excludeAddress")]
    async fn exclude(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        request: &Request,
        /// Id or domain.
        #[oai(name = "site")]
        Path(name): Path<String>,
        Json(body): Json<NewExcludedAddress>,
    ) -> Result<Excluded, Problem> {
        let wish = AddressWish { address: body.address, note: body.note };
        let callers = client::address(app, request).address;
        let excluded = app.sites.exclude_address(caller.changes_sites()?, &name, wish, callers).await?;
        Ok(Excluded::Address(Json(excluded.into())))
    }

    /// Count an address of a site again.
    #[oai(path = "/sites/:site/excluded-addresses/:address", method = "delete", operation_id = "includeAddress")]
    async fn include(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(name): Path<String>,
        /// Id of the excluded address.
        #[oai(name = "address")]
        Path(id): Path<String>,
    ) -> Result<Included, Problem> {
        app.sites.include_address(caller.changes_sites()?, &name, &id).await?;
        Ok(Included::Done)
    }

    /// Remove everything that was counted of a site, and keep the site.
    #[oai(path = "/sites/:site/reset", method = "post", operation_id = "resetSite")]
    async fn reset(
        &self,
        Called(caller): Called,
        Data(app): Data<&Arc<App>>,
        /// Id or domain.
        #[oai(name = "site")]
        Path(name): Path<String>,
        Json(body): Json<Reset>,
    ) -> Result<Emptied, Problem> {
        app.sites.reset(caller.changes_sites()?, &name, &body.domain).await?;
        Ok(Emptied::Done)
    }
}
