//! Why a build failed, from what it printed.

/// Why a build failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildCause {
    /// pip knows no version of a package that will do; which.
    NoVersion(String),
    /// Packages of pip contradict each other.
    Conflict,
    /// A package is made from its sources, and a compiler or a header is missing.
    NoCompiler,
    /// Nothing outside was reached.
    NoNetwork,
    /// Whoever answered could not be trusted: a proxy whose certificate nobody knows here.
    Untrusted,
    /// A package of the system is not to be had; which.
    NoSystemPackage(String),
    /// A file that is copied is not there; which.
    NoFile(String),
    /// The image that is built on is not here, and could not be fetched; which.
    NoBase(String),
    /// The disk is full.
    DiskFull,
    /// A program is missing in the image; which.
    NoProgram(String),
    /// The Dockerfile uses what only the newer builder knows.
    NewerBuilder,
    /// Something else.
    Other,
}

/// Why a build failed. `message` is the engine's last word, `lines` what was printed before it.
pub fn cause(message: &str, lines: &[String], bases: &[String]) -> BuildCause {
    let all = || lines.iter().map(String::as_str).chain(Some(message));
    let has = |words: &[&str]| all().any(|line| words.iter().any(|word| line.contains(word)));
    if let Some(base) = no_base(message, bases) {
        return BuildCause::NoBase(base);
    }
    if has(&["No space left on device", "no space left on device"]) {
        return BuildCause::DiskFull;
    }
    if has(&["requires BuildKit", "the --mount option", "Unknown flag: mount", "the --chmod option"]) {
        return BuildCause::NewerBuilder;
    }
    if has(&["CERTIFICATE_VERIFY_FAILED", "certificate verify failed", "self-signed certificate", "SELF_SIGNED_CERT"]) {
        return BuildCause::Untrusted;
    }
    if has(NO_NETWORK) {
        return BuildCause::NoNetwork;
    }
    let after = |mark: &str| all().find_map(|line| word_after(line, mark));
    if let Some(package) = after("No matching distribution found for ") {
        return BuildCause::NoVersion(package);
    }
    if has(&["ResolutionImpossible", "conflicting dependencies"]) {
        return BuildCause::Conflict;
    }
    if let Some(package) =
        after("Unable to locate package ").or_else(|| quoted_before(all(), " has no installation candidate"))
    {
        return BuildCause::NoSystemPackage(package);
    }
    if has(&[
        "error: command 'gcc' failed",
        "command 'x86_64-linux-gnu-gcc' failed",
        "unable to execute 'gcc'",
        "Unknown compiler(s)",
    ]) {
        return BuildCause::NoCompiler;
    }
    if let Some(file) = no_file(message) {
        return BuildCause::NoFile(file);
    }
    let program = all()
        .find_map(|line| line.split(": not found").next().filter(|rest| rest.len() < line.len())?.rsplit(' ').next());
    program
        .filter(|program| !program.is_empty())
        .map_or(BuildCause::Other, |program| BuildCause::NoProgram(program.to_owned()))
}

const NO_NETWORK: &[&str] = &[
    "Temporary failure in name resolution",
    "Temporary failure resolving",
    "Network is unreachable",
    "Could not connect to",
    "getaddrinfo",
    "NewConnectionError",
    "ConnectTimeoutError",
    "Could not resolve host",
    "ENETUNREACH",
    "Unable to connect to",
];

fn no_base(message: &str, bases: &[String]) -> Option<String> {
    let marks = [
        "pull access denied",
        "manifest for",
        "manifest unknown",
        "registry-1.docker.io",
        "/v2/",
        "error pulling image",
        "No such image",
    ];
    marks.iter().any(|mark| message.contains(mark)).then(|| {
        let named = bases.iter().find(|base| message.contains(base.split(':').next().unwrap_or(base)));
        named.or_else(|| bases.first()).cloned().unwrap_or_default()
    })
}

fn no_file(message: &str) -> Option<String> {
    let failed = ["COPY failed", "ADD failed", "failed to compute cache key", "no source files were specified"];
    if !failed.iter().any(|mark| message.contains(mark)) {
        return None;
    }
    let after = ["stat ", "lstat ", "excluded by .dockerignore: "].iter().find_map(|mark| word_after(message, mark));
    let path = after.map(|path| path.trim_end_matches(':').to_owned());
    // The engine looks in a folder of its own, whose name says nothing.
    Some(path.map_or_else(String::new, |path| {
        path.rsplit("docker-builder")
            .next()
            .map_or(path.clone(), |rest| rest.split_once('/').map_or(path.clone(), |(_, inside)| inside.to_owned()))
    }))
}

fn word_after(line: &str, mark: &str) -> Option<String> {
    let rest = &line[line.find(mark)? + mark.len()..];
    rest.split_whitespace().next().map(str::to_owned)
}

fn quoted_before<'l>(mut lines: impl Iterator<Item = &'l str>, mark: &str) -> Option<String> {
    let line = lines.find(|line| line.contains(mark))?;
    line.split('\'').nth(1).map(str::to_owned)
}

impl BuildCause {
    /// The cause as a clause, between the failure and its lines; `None` where it is not known.
    pub fn words(&self) -> Option<String> {
        Some(match self {
            Self::NoVersion(package) => format!("pip finds no version of `{package}` for this Python"),
            Self::Conflict => "the packages ask for versions that exclude each other".into(),
            Self::NoCompiler => "a package has no wheel for this Python, and no compiler is in the image".into(),
            Self::NoNetwork => "nothing outside was reached".into(),
            Self::Untrusted => "the certificate of whoever answered is not trusted in the build".into(),
            Self::NoSystemPackage(package) => format!("there is no system package `{package}`"),
            Self::NoFile(file) if file.is_empty() => {
                "a file that is copied is not among the files that are sent".into()
            }
            Self::NoFile(file) => format!("`{file}` is not among the files that are sent"),
            Self::NoBase(image) => format!("the image `{image}` is not on this machine, and could not be fetched"),
            Self::DiskFull => "the engine's disk is full".into(),
            Self::NoProgram(program) => format!("the image has no program `{program}`"),
            Self::NewerBuilder => "the Dockerfile needs BuildKit, and emu asks the engine's older builder".into(),
            Self::Other => return None,
        })
    }

    /// One next step.
    pub fn hint(&self) -> String {
        match self {
            Self::NoVersion(_) => {
                "check its name and version, and the Python it is built for (`emu build --print`)".into()
            }
            Self::Conflict => "loosen one of the versions that the lines above name".into(),
            Self::NoCompiler => "take a version of the package that has a wheel, or another Python".into(),
            Self::NoNetwork => {
                "check the network of containers (`emu doctor`); behind a proxy, set `HTTPS_PROXY` for emu".into()
            }
            Self::Untrusted => "name the bundle that your proxy needs: `SSL_CERT_FILE=FILE emu build`".into(),
            Self::NoSystemPackage(_) => "check its name in the Debian of the image that is built on".into(),
            Self::NoFile(_) => "it may be missing, or left out by `.gitignore` or `.dockerignore`".into(),
            Self::NoBase(image) => format!(
                "`docker pull {image}`, or build on one that is here: `--base-image IMAGE` (`docker images` lists them)"
            ),
            Self::DiskFull => {
                "`docker system df` shows what takes it; `emu clean --images` removes what emu built".into()
            }
            Self::NoProgram(_) => "build on an image that has it: `--base-image IMAGE`".into(),
            Self::NewerBuilder => {
                "build it yourself: `docker build -t NAME .`, then `emu run NAME --profile ID`".into()
            }
            Self::Other => "the lines above are the build's own; `emu build --print` shows the Dockerfile".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(message: &str, lines: &[&str]) -> BuildCause {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        cause(message, &lines, &["python:3.12-slim".to_owned()])
    }

    const RUN: &str = "The command '/bin/sh -c pip install x' returned a non-zero code: 1";

    #[test]
    fn causes_are_told_from_what_was_printed() {
        let table = [
            (RUN, "ERROR: No matching distribution found for flsk==9", BuildCause::NoVersion("flsk==9".into())),
            (RUN, "ERROR: ResolutionImpossible: for help visit", BuildCause::Conflict),
            (RUN, "E: Unable to locate package libgl9", BuildCause::NoSystemPackage("libgl9".into())),
            (
                RUN,
                "E: Package 'libgl1-mesa-glx' has no installation candidate",
                BuildCause::NoSystemPackage("libgl1-mesa-glx".into()),
            ),
            (RUN, "[Errno -3] Temporary failure in name resolution", BuildCause::NoNetwork),
            (RUN, "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", BuildCause::Untrusted),
            (RUN, "error: command 'gcc' failed: No such file or directory", BuildCause::NoCompiler),
            (RUN, "/bin/sh: 1: npm: not found", BuildCause::NoProgram("npm".into())),
            (RUN, "OSError: [Errno 28] No space left on device", BuildCause::DiskFull),
            ("the --mount option requires BuildKit. Refer to", "", BuildCause::NewerBuilder),
            (
                "COPY failed: file not found in build context or excluded by .dockerignore: stat dist: file does not exist",
                "",
                BuildCause::NoFile("dist".into()),
            ),
            (
                "pull access denied for python, repository does not exist",
                "",
                BuildCause::NoBase("python:3.12-slim".into()),
            ),
            (
                "Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io: no such host",
                "",
                BuildCause::NoBase("python:3.12-slim".into()),
            ),
            (RUN, "Traceback", BuildCause::Other),
        ];
        for (message, line, expected) in table {
            assert_eq!(of(message, &[line]), expected, "{message} {line}");
        }
    }

    #[test]
    fn an_unknown_cause_is_not_made_up() {
        assert_eq!(BuildCause::Other.words(), None);
        assert!(BuildCause::NoNetwork.words().is_some());
    }
}
