use std::net::IpAddr;
use std::path::PathBuf;

use crate::units::{Elapsed, Memory};

use super::health::Mood;

/// What the app is told at its start. Most of it can also be asked for over HTTP while it runs.
#[derive(Debug, Clone, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of a command line")]
pub struct Knobs {
    /// Wait this long before listening.
    #[arg(long, value_name = "TIME", default_value = "0s")]
    pub boot_delay: Elapsed,
    /// Use this much CPU time before listening: slow under a small share of a CPU, as real apps are.
    #[arg(long, value_name = "TIME", default_value = "0s")]
    pub boot_cpu: Elapsed,
    /// Leave with this status instead of listening.
    #[arg(long, value_name = "STATUS", num_args = 0..=1, default_missing_value = "1")]
    pub crash_at_boot: Option<u8>,
    /// Address to listen on.
    #[arg(long, value_name = "ADDRESS", default_value = "0.0.0.0")]
    pub listen: IpAddr,
    /// Port to listen on, whatever the variable `PORT` says.
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
    /// Do not listen at all.
    #[arg(long)]
    pub no_listen: bool,
    /// Use this much memory from the start, and keep it.
    #[arg(long, value_name = "SIZE", default_value = "0B")]
    pub hold: Memory,
    /// Start a child process that uses this much memory.
    #[arg(long, value_name = "SIZE", default_value = "0B")]
    pub hold_in_child: Memory,
    /// Use this much more memory every second.
    #[arg(long, value_name = "SIZE", default_value = "0B")]
    pub leak: Memory,
    /// Use this much more memory for every request.
    #[arg(long, value_name = "SIZE", default_value = "0B")]
    pub leak_per_request: Memory,
    /// Use up to this much more memory, ever slower, as an allocator or a cache that fills up: two thirds of it in
    /// the first 15 seconds, two thirds of the rest in the next.
    #[arg(long, value_name = "SIZE", default_value = "0B")]
    pub plateau: Memory,
    /// Write a file of this size; the kernel keeps it in its file cache.
    #[arg(long, value_name = "SIZE", default_value = "0B")]
    pub write: Memory,
    /// Write a file of this size into `/dev/shm`.
    #[arg(long, value_name = "SIZE", default_value = "0B")]
    pub shm: Memory,
    /// Once it listens, use this much CPU time in a thread of its own.
    #[arg(long, value_name = "TIME", default_value = "0s")]
    pub burn: Elapsed,
    /// Wait this long before answering the front page.
    #[arg(long, value_name = "TIME", default_value = "0s")]
    pub slow: Elapsed,
    /// How the health path answers.
    #[arg(long, value_name = "MOOD", default_value = "ok")]
    pub health: Mood,
    /// Leave by itself after this long.
    #[arg(long, value_name = "TIME")]
    pub exit_after: Option<Elapsed>,
    /// The status to leave with when `--exit-after` is over.
    #[arg(long, value_name = "STATUS", default_value = "0")]
    pub exit_code: u8,
    /// Go on when asked to stop.
    #[arg(long)]
    pub ignore_term: bool,
    /// Take this long to stop when asked to.
    #[arg(long, value_name = "TIME", default_value = "0s")]
    pub stop_takes: Elapsed,
    /// Folder for the files it writes. The working directory unless given.
    #[arg(long, value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
    /// Write the file by which a later life knows that there was an earlier one.
    #[arg(long)]
    pub mark: bool,
    /// End when standard input ends: how a child follows its parent.
    #[arg(long)]
    pub with_parent: bool,
}

impl Default for Knobs {
    /// The knobs of a command line without any.
    fn default() -> Self {
        Self {
            boot_delay: Elapsed::ZERO,
            boot_cpu: Elapsed::ZERO,
            crash_at_boot: None,
            listen: IpAddr::from([0, 0, 0, 0]),
            port: None,
            no_listen: false,
            hold: Memory::default(),
            hold_in_child: Memory::default(),
            leak: Memory::default(),
            leak_per_request: Memory::default(),
            plateau: Memory::default(),
            write: Memory::default(),
            shm: Memory::default(),
            burn: Elapsed::ZERO,
            slow: Elapsed::ZERO,
            health: Mood::Ok,
            exit_after: None,
            exit_code: 0,
            ignore_term: false,
            stop_takes: Elapsed::ZERO,
            folder: None,
            mark: false,
            with_parent: false,
        }
    }
}
