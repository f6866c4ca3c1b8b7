//! API tokens: members make, list and revoke them. A token itself can't.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};

use super::Tag;
use super::dashboard::instant;
use super::problem::Problem;
use super::security::LoggedIn;
use crate::accounts::{MadeToken, TokenScopes, TokenWish};
use crate::app::App;
use crate::store;

/// A key for programs.
#[derive(Clone, Debug, Object)]
#[oai(rename = "ApiToken", skip_serializing_if_is_none)]
struct Token {
    /// Opaque id.
    id: String,
    /// What it is for, in its maker's words.
    name: String,
    /// What it may be used for: `stats:read`, `sites:read`, `sites:write`, `events:write`.
    scopes: Vec<String>,
    /// Ids of the sites that it reaches; left out when it reaches all that its maker sees.
    site_ids: Option<Vec<String>>,
    /// Who made it. It can never do more than they can.
    created_by: Maker,
    /// When it was made, RFC 3339.
    created_at: String,
    /// When it ends, RFC 3339; left out when it does not.
    expires_at: Option<String>,
    /// When it was last used, to the minute, RFC 3339; left out before it was.
    last_used_at: Option<String>,
    /// The secret; in the answer to its making, and never again.
    token: Option<String>,
}

/// The member who made a token.
#[derive(Clone, Debug, Object)]
#[oai(rename = "ApiTokenMaker")]
struct Maker {
    /// Opaque id.
    id: String,
    /// Shown name.
    name: String,
}

/// API tokens that one may manage.
#[derive(Clone, Debug, Object)]
#[oai(rename = "ApiTokenList")]
struct TokenList {
    /// Oldest first.
    tokens: Vec<Token>,
}

/// A token to be made.
#[derive(Clone, Debug, Object)]
#[oai(rename = "NewApiToken", deny_unknown_fields)]
struct NewToken {
    /// What it is for, at most 100 characters.
    name: String,
    /// One or more of `stats:read`, `sites:read`, `sites:write`, `events:write`.
    scopes: Vec<String>,
    /// Ids of the sites that it may reach; all that its maker sees, later ones too, if not given.
    site_ids: Option<Vec<String>>,
    /// When it ends, RFC 3339; never if not given.
    expires_at: Option<String>,
}

#[derive(ApiResponse)]
enum Created {
    /// The token, with its secret in `token`: it can't be told again.
    #[oai(status = 201)]
    Token(Json<Token>),
}

#[derive(ApiResponse)]
enum Revoked {
    /// It is no longer good.
    #[oai(status = 204)]
    Done,
}

impl From<store::Token> for Token {
    fn from(token: store::Token) -> Self {
        Self {
            scopes: TokenScopes::stored(&token.scopes).words().map(str::to_owned).collect(),
            id: token.id,
            name: token.name,
            site_ids: token.site_ids,
            created_by: Maker { id: token.maker_id, name: token.maker_name },
            created_at: instant(token.created_at),
            expires_at: token.expires_at.map(instant),
            last_used_at: token.last_used_at.map(instant),
            token: None,
        }
    }
}

/// Routes of this module.
pub(crate) struct TokensApi;

#[OpenApi(prefix_path = "/v1", tag = "Tag::Tokens")]
impl TokensApi {
    /// API tokens that one may manage: one's own, an owner all of the account's.
    #[oai(path = "/tokens", method = "get", operation_id = "listTokens")]
    async fn list(&self, LoggedIn(state): LoggedIn, Data(app): Data<&Arc<App>>) -> Result<Json<TokenList>, Problem> {
        let tokens = app.accounts.tokens.list(&state.scope).await?;
        Ok(Json(TokenList { tokens: tokens.into_iter().map(Token::from).collect() }))
    }

    /// Make an API token. The answer alone holds its secret.
    #[oai(path = "/tokens", method = "post", operation_id = "createToken")]
    async fn create(
        &self,
        LoggedIn(state): LoggedIn,
        Data(app): Data<&Arc<App>>,
        Json(body): Json<NewToken>,
    ) -> Result<Created, Problem> {
        let wish =
            TokenWish { name: body.name, scopes: body.scopes, site_ids: body.site_ids, expires_at: body.expires_at };
        let MadeToken { token, secret } = app.accounts.tokens.create(&state, wish).await?;
        Ok(Created::Token(Json(Token { token: Some(secret), ..token.into() })))
    }

    /// An API token, without its secret.
    #[oai(path = "/tokens/:token", method = "get", operation_id = "getToken")]
    async fn read(
        &self,
        LoggedIn(state): LoggedIn,
        Data(app): Data<&Arc<App>>,
        /// Id of the token.
        #[oai(name = "token")]
        Path(id): Path<String>,
    ) -> Result<Json<Token>, Problem> {
        Ok(Json(app.accounts.tokens.read(&state.scope, &id).await?.into()))
    }

    /// Revoke an API token: it is no longer good, here at once, on other nodes within 2 seconds.
    #[oai(path = "/tokens/:token", method = "delete", operation_id = "revokeToken")]
    async fn revoke(
        &self,
        LoggedIn(state): LoggedIn,
        Data(app): Data<&Arc<App>>,
        /// Id of the token.
        #[oai(name = "token")]
        Path(id): Path<String>,
    ) -> Result<Revoked, Problem> {
        app.accounts.tokens.revoke(&state.scope, &id).await?;
        Ok(Revoked::Done)
    }
}
