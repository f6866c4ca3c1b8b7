//! What the numbers were measured on.

/// `2 × AMD EPYC 7763 64-Core Processor, 23 GiB`, as far as it is known.
pub(crate) fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = value_of(&cpus, "model name").or_else(|| value_of(&cpus, "Model")).unwrap_or("unknown processor");
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = value_of(&memory, "MemTotal").and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
    let memory = kib.map(|kib| format!(", {} GiB", kib / (1024 * 1024))).unwrap_or_default();
    format!("{cores} × {model}{memory}")
}

fn value_of<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    text.lines().filter_map(|line| line.split_once(':')).find(|(name, _)| name.trim() == key).map(|(_, v)| v.trim())
}
