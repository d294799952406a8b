//! Promises that depend on how far an instance is kept apart from this machine: its files, its names,
//! its network.

use super::environment::emu;
use super::{DiskKind, Image, Machine, Network, Promise, SecretFile, Spec};
use crate::profile::Profile;
use crate::units::Memory;

/// Kept where the instance is apart; otherwise not, and this is why.
fn where_apart(what: impl Into<String>, machine: &Machine, otherwise: &str) -> Promise {
    match machine.can.isolation {
        isolation if isolation.is_apart() => Promise::kept(what),
        isolation => Promise::not_kept(what, format!("{otherwise} (isolation `{isolation}`)")),
    }
}

/// What becomes of the files an app writes.
pub(super) fn disk(kind: DiskKind, machine: &Machine) -> Promise {
    const WRITES_HERE: &str = "the app writes to this machine's own disk";
    let apart = machine.can.isolation.is_apart();
    match kind {
        DiskKind::LostAtRestart => where_apart("files lost at restart", machine, WRITES_HERE),
        DiskKind::Memory if apart => {
            Promise::approximated("files are memory", "files in /tmp are; what is written elsewhere is not counted")
        }
        DiskKind::Memory => where_apart("files are memory", machine, WRITES_HERE),
        DiskKind::Kept if apart => Promise::approximated("files kept", "as long as the run lasts"),
        DiskKind::Kept => Promise::approximated("files kept", "on this machine's own disk, after the run as well"),
    }
}

pub(super) fn tmp_is_memory(machine: &Machine) -> Promise {
    where_apart("files in /tmp count as memory", machine, "the app has this machine's /tmp")
}

pub(super) fn shm(size: Memory, machine: &Machine) -> Promise {
    where_apart(format!("/dev/shm {size}"), machine, "the app has this machine's")
}

/// What the process sees of its surroundings.
pub(super) fn process(profile: &Profile, spec: &Spec, machine: &Machine) -> Vec<Promise> {
    let asked = &profile.process;
    let of_this_machine = matches!(spec.app.image, Image::Host { .. });
    let user = asked.user.as_ref().map(|user| {
        let what = format!("user {user}");
        if machine.can.other_user {
            Promise::kept(what)
        } else {
            Promise::not_kept(what, "the app runs as whoever runs emu: only root may choose")
        }
    });
    let hostname = asked.hostname.as_ref();
    let hostname =
        hostname.map(|name| where_apart(format!("host name {name}"), machine, "the app sees this machine's"));
    let home = asked.home.as_ref().map(|home| Promise::kept(format!("home {home}")));
    let workdir = asked.workdir.as_ref().map(|folder| {
        let what = format!("working directory {folder}");
        if of_this_machine {
            Promise::not_kept(what, "a program of this machine runs in its own folder")
        } else {
            where_apart(what, machine, "the app has this machine's folders")
        }
    });
    let program = of_this_machine.then(|| {
        Promise::approximated("programs and libraries", "this machine's; the platform's may be of other versions")
    });
    [user, hostname, home, workdir, program].into_iter().flatten().collect()
}

/// Files that only the app may see, each at its place in the instance.
pub(super) fn secret_files(spec: &Spec, machine: &Machine) -> Vec<Promise> {
    let promise = |file: &SecretFile| {
        let what = format!("secrets in {}", file.path);
        if lies_there(file, &spec.app.image) {
            return Promise::kept(what);
        }
        where_apart(what, machine, "nothing is written to this machine's own files")
    };
    spec.secrets.files.iter().map(promise).collect()
}

/// Whether a program of this machine finds the file in its own folder already.
fn lies_there(file: &SecretFile, image: &Image) -> bool {
    let Image::Host { folder } = image else { return false };
    let place = if file.path.starts_with('/') { file.path.clone() } else { format!("{folder}/{}", file.path) };
    place == file.from
}

/// A port that this machine has for the app in place of the plan's.
pub(super) fn port(profile: &Profile, spec: &Spec) -> Vec<Promise> {
    let (planned, given) = (profile.port.number, spec.port.number);
    let by_us = spec.origins.get("port.number").is_some_and(|origin| *origin == emu());
    if planned == given || !by_us {
        return Vec::new();
    }
    let how = format!("taken on this machine: the app is given {given}");
    vec![Promise::approximated(format!("port {planned}"), how)]
}

/// What the app reaches, and who reaches it. A network of its own with a way out is what platforms have.
pub(super) fn network(profile: &Profile, spec: &Spec) -> Vec<Promise> {
    let mut promises = match spec.network {
        Network::Own => Vec::new(),
        Network::Closed => {
            vec![Promise::not_kept("outgoing connections", "the app's own network has no way out of this machine")]
        }
        Network::Host => {
            let how = "it shares this machine's, and can be reached past the front door";
            vec![Promise::approximated("a network of its own", how)]
        }
    };
    let blocked = &profile.process.blocked_ports;
    if !blocked.is_empty() {
        let ports: Vec<String> = blocked.iter().map(u16::to_string).collect();
        let what = format!("blocked ports {}", ports.join(" "));
        promises.push(match spec.network {
            Network::Closed => Promise::kept(what),
            Network::Own | Network::Host => Promise::not_kept(what, "outgoing connections are not filtered"),
        });
    }
    promises
}

#[cfg(test)]
mod tests {
    use super::super::example::machine;
    use super::*;
    use crate::profile::Library;
    use crate::profile::example::PLAN;
    use crate::spec::{AppSpec, Capabilities, Isolation, Keeping, Overrides, Variable, resolve};

    const SURROUNDINGS: &str = r#"
[disk]
kind = "memory"
[limits]
open_files = 25000
shm = "64 MiB"
[process]
user = "app"
hostname = "web"
home = "/app"
workdir = "/app/src"
blocked_ports = [25]
"#;

    fn at(isolation: Isolation) -> Machine {
        let can = Capabilities { isolation, other_user: isolation.is_apart(), ..machine().can };
        Machine { can, ..machine() }
    }

    fn program() -> AppSpec {
        let image = Image::Host { folder: "/home/me/shop".into() };
        AppSpec { name: "shop".into(), image, command: vec!["serve".into()] }
    }

    fn mimic() -> AppSpec {
        AppSpec { name: "mimic".into(), image: Image::Mimic, command: Vec::new() }
    }

    fn spec(app: AppSpec, machine: &Machine, overrides: &Overrides) -> Spec {
        let plan = format!("{PLAN}{SURROUNDINGS}").replace("[memory]\n", "[memory]\ntmp_is_memory = true\n");
        let profile = Library::shipped().with("example-free.toml", plan).load("example-free").unwrap();
        resolve(&profile, app, machine, overrides).unwrap()
    }

    fn keeping(spec: &Spec, what: &str) -> Keeping {
        let found = spec.fidelity.iter().find(|promise| promise.what == what);
        found.unwrap_or_else(|| panic!("no promise about {what} in {:#?}", spec.fidelity)).keeping.clone()
    }

    #[test]
    fn without_surroundings_of_its_own_an_app_is_not_promised_them() {
        let spec = spec(mimic(), &at(Isolation::Process), &Overrides::default());
        assert_eq!((spec.limits.shm, spec.memory.tmp_is_memory, spec.disk.kind), (None, false, DiskKind::Kept));
        let process = &spec.process;
        assert_eq!((&process.user, &process.hostname, &process.workdir), (&None, &None, &None));
        assert_eq!(process.home.as_deref(), Some("/app"));
        for what in ["files are memory", "files in /tmp count as memory", "/dev/shm 64 MiB", "host name web"] {
            let keeping = keeping(&spec, what);
            assert!(matches!(&keeping, Keeping::NotKept(why) if why.contains("`process`")), "{what}: {keeping:?}");
        }
        for what in ["user app", "working directory /app/src"] {
            assert!(matches!(keeping(&spec, what), Keeping::NotKept(_)), "{what}");
        }
    }

    #[test]
    fn a_sandbox_keeps_what_a_container_keeps() {
        let [container, sandbox] = [Isolation::Container, Isolation::Sandbox].map(|isolation| {
            let spec = spec(mimic(), &at(isolation), &Overrides::default());
            (spec.process.clone(), spec.limits.clone(), spec.memory.clone(), spec.fidelity)
        });
        assert_eq!(container, sandbox);
        assert_eq!(container.0.hostname.as_deref(), Some("web"));
    }

    #[test]
    fn a_program_of_this_machine_runs_in_its_own_folder_with_what_this_machine_has() {
        let spec = spec(program(), &at(Isolation::Sandbox), &Overrides::default());
        assert_eq!(spec.process.workdir, None);
        assert!(matches!(keeping(&spec, "working directory /app/src"), Keeping::NotKept(_)));
        assert!(matches!(keeping(&spec, "programs and libraries"), Keeping::Approximated(_)));
    }

    #[test]
    fn files_that_a_plan_keeps_stay_on_the_disk_they_were_written_to() {
        let kept = |isolation| disk(DiskKind::Kept, &at(isolation)).keeping;
        assert!(matches!(kept(Isolation::Sandbox), Keeping::Approximated(how) if how.contains("the run lasts")));
        assert!(matches!(kept(Isolation::Process), Keeping::Approximated(how) if how.contains("after the run")));
    }

    #[test]
    fn a_shared_network_is_told_and_a_closed_one_filters_everything() {
        let in_network = |network| {
            let overrides = Overrides { network, ..Overrides::default() };
            spec(mimic(), &machine(), &overrides)
        };
        let own = in_network(Network::Own);
        assert!(!own.fidelity.iter().any(|promise| promise.what.contains("network")), "{:#?}", own.fidelity);
        assert!(matches!(keeping(&own, "blocked ports 25"), Keeping::NotKept(_)));
        let host = in_network(Network::Host);
        assert!(matches!(keeping(&host, "a network of its own"), Keeping::Approximated(_)));
        let closed = in_network(Network::Closed);
        assert!(matches!(keeping(&closed, "outgoing connections"), Keeping::NotKept(_)));
        assert_eq!(keeping(&closed, "blocked ports 25"), Keeping::Kept);
    }

    #[test]
    fn secrets_in_a_file_are_kept_where_the_app_finds_them() {
        let file = |path: &str, from: &str| SecretFile {
            path: path.into(),
            from: from.into(),
            content: crate::spec::Secret::new("x"),
        };
        let with = |file: &SecretFile, isolation| {
            let overrides = Overrides { secret_files: vec![file.clone()], ..Overrides::default() };
            keeping(&spec(program(), &at(isolation), &overrides), &format!("secrets in {}", file.path))
        };
        let inside = file(".app/secrets.toml", "/home/me/shop/.app/secrets.toml");
        let outside = file(".app/secrets.toml", "/home/me/secrets.toml");
        let absolute = file("/etc/secrets/key", "/home/me/key");
        for file in [&inside, &outside, &absolute] {
            assert_eq!(with(file, Isolation::Sandbox), Keeping::Kept);
        }
        assert_eq!(with(&inside, Isolation::Process), Keeping::Kept);
        for file in [&outside, &absolute] {
            assert!(matches!(with(file, Isolation::Process), Keeping::NotKept(_)));
        }
    }

    #[test]
    fn more_open_files_than_the_machine_allows_are_told_with_the_number() {
        let with = |open_files_most| {
            let can = Capabilities { open_files_most, ..machine().can };
            spec(mimic(), &Machine { can, ..machine() }, &Overrides::default())
        };
        let few = with(Some(20_000));
        assert_eq!(few.limits.open_files, Some(20_000));
        let told = "20000 here: this machine allows no more".to_owned();
        assert_eq!(keeping(&few, "25000 open files"), Keeping::Approximated(told));
        for enough in [None, Some(25_000)] {
            let spec = with(enough);
            assert_eq!(spec.limits.open_files, Some(25_000));
            assert_eq!(keeping(&spec, "25000 open files"), Keeping::Kept);
        }
    }

    #[test]
    fn a_port_that_is_not_the_plans_is_told_and_given_to_the_app() {
        let moved = spec(mimic(), &machine(), &Overrides { port: Some(10_001), ..Overrides::default() });
        assert_eq!((moved.port.number, moved.environment["PORT"].as_str()), (10_001, "10001"));
        assert_eq!((&moved.origins["port.number"], &moved.origins["environment.PORT"]), (&emu(), &emu()));
        let told = "taken on this machine: the app is given 10001".to_owned();
        assert_eq!(keeping(&moved, "port 8080"), Keeping::Approximated(told));
        let same = spec(mimic(), &machine(), &Overrides { port: Some(8080), ..Overrides::default() });
        assert!(!same.fidelity.iter().any(|promise| promise.what.starts_with("port ")));
    }

    #[test]
    fn a_port_that_somebody_chose_and_one_that_nobody_tells_are_not_moved() {
        let told = spec(program(), &machine(), &Overrides::default());
        assert_eq!(told.free_port_variable().as_deref(), Some("PORT"));
        let by_variable =
            Overrides { environment: vec![Variable::from_flag("--env", "PORT", "9000")], ..Overrides::default() };
        let by_setting = Overrides { set: vec!["port.number=9000".into()], ..Overrides::default() };
        for overrides in [by_variable, by_setting] {
            assert_eq!(spec(program(), &machine(), &overrides).free_port_variable(), None);
        }
        let untold = Overrides { set: vec!["port.variable=none".into()], ..Overrides::default() };
        assert_eq!(spec(program(), &machine(), &untold).free_port_variable(), None);
        assert_eq!(spec(mimic(), &machine(), &untold).free_port_variable().as_deref(), Some("PORT"));
    }
}
