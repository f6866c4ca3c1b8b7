//! `haru openapi`.

use std::path::PathBuf;

use clap::Args;

/// Write openapi.json and schema.graphql, or print the first
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  haru openapi > openapi.json\n  haru openapi --dir openapi")]
pub(super) struct Openapi {
    /// Directory to write both files to.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Openapi {
    #[expect(clippy::print_stdout, reason = "the command line talks to a person")]
    pub(super) fn run(self) -> Result<(), String> {
        let Some(dir) = self.dir else {
            print!("{}", crate::http::openapi_json());
            return Ok(());
        };
        let write = |name: &str, text: String| {
            let path = dir.join(name);
            std::fs::write(&path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
        };
        write("openapi.json", crate::http::openapi_json())?;
        write("schema.graphql", crate::http::graphql_sdl())
    }
}
