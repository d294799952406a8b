/// Endings of a file that shows which secrets there are and holds none.
const EXAMPLES: &[&str] = &["example", "sample", "template", "dist", "defaults", "schema", "test"];

/// Whether a file is one that holds secrets by its name: `.env`, `.env.production`, `secrets.toml`.
pub fn is_secrets_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.strip_prefix(".env") {
        Some("") => true,
        Some(rest) => rest.starts_with('.') && !is_example(name),
        None => name == "secrets.toml",
    }
}

/// Whether a file shows by its name which secrets there are: `.env.example`, `secrets.toml.example`,
/// `secrets.example.toml`.
pub(in crate::check) fn is_secrets_example(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let of_secrets = name.starts_with(".env") || name.starts_with("env.") || name.contains("secrets");
    of_secrets && is_example(name)
}

fn is_example(name: &str) -> bool {
    name.split(['.', '-', '_']).any(|part| EXAMPLES.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_names() {
        for path in [".env", "web/.env", ".env.local", ".env.production", ".streamlit/secrets.toml"] {
            assert!(is_secrets_file(path), "{path}");
        }
        for path in [".env.example", ".env.local.sample", ".envrc", "env.py", "secrets.example.toml", "my-secrets.toml"]
        {
            assert!(!is_secrets_file(path), "{path}");
        }
        for path in [".env.example", "env.sample", ".streamlit/secrets.toml.example", "secrets.template.toml"] {
            assert!(is_secrets_example(path), "{path}");
        }
        assert!(!is_secrets_example("examples/app.py") && !is_secrets_example(".env"));
    }
}
