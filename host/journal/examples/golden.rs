//! Makes a golden journal of today's format: `cargo run -p host-journal --example golden FILE`.

#[path = "../tests/golden/record.rs"]
mod record;

use std::path::PathBuf;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let file = std::env::args().nth(1).map(PathBuf::from);
    let file = file.ok_or_else(|| std::io::Error::other("name the file that is to be made"))?;
    let folder = tempfile::TempDir::new()?;
    record::record(&record::Golden::read(), folder.path()).await;
    // Closed and alone: everything is in the one file.
    std::fs::copy(folder.path().join("journal.sqlite"), file)?;
    Ok(())
}
