//! A slowdown is seen on noisy machines too: instructions of a fixed scan, counted by valgrind, against the number in
//! `stats/instructions.txt`.
//!
//! After a change that is meant to cost or save: `HARU_RENEW_INSTRUCTIONS=1 cargo nextest run -p haru-stats instructions`.

use std::path::PathBuf;
use std::process::Command;

/// The count may differ by this much, in percent: compilers and libraries move it a little.
const TOLERANCE: u64 = 5;

fn kept() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("instructions.txt")
}

/// Builds the example as it is released, and gives its path.
fn built() -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--release", "--quiet", "--package", "haru-stats", "--example", "fixed_scan"])
        .args(["--message-format", "json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8_lossy(&output.stdout);
    let executable = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .next_back();
    executable.expect("cargo names the executable")
}

/// Instructions under `dashboards`, the part of the example that scans.
fn counted() -> u64 {
    let output = Command::new("valgrind")
        .args([
            "--tool=callgrind",
            "--callgrind-out-file=/dev/null",
            "--collect-atstart=no",
            "--toggle-collect=*dashboards*",
        ])
        .arg(built())
        .output()
        .expect("valgrind is missing: install it (apt-get install valgrind), this test counts instructions with it");
    let report = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}");
    let collected = report.lines().find_map(|line| line.split_once("Collected :"));
    let (_, count) = collected.unwrap_or_else(|| panic!("callgrind tells no count: {report}"));
    count.trim().parse().expect("a whole number")
}

#[test]
fn a_fixed_scan_takes_as_many_instructions_as_before() {
    let counted = counted();
    assert!(counted > 1_000_000, "{counted} instructions: nothing was scanned");
    if std::env::var_os("HARU_RENEW_INSTRUCTIONS").is_some() {
        std::fs::write(kept(), format!("{counted}\n")).expect("the file is written");
        return;
    }
    let before = std::fs::read_to_string(kept()).expect("stats/instructions.txt");
    let before: u64 = before.trim().parse().expect("a whole number");
    let allowed = before / 100 * TOLERANCE;
    assert!(
        counted.abs_diff(before) <= allowed,
        "{counted} instructions, {before} before. If that is meant: HARU_RENEW_INSTRUCTIONS=1 cargo nextest run -p haru-stats instructions"
    );
}
