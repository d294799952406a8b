//! Which variables are taken for secrets, by their names and by what stands in them.

/// Parts of a name that make a variable a secret, whatever stands beside them.
const ANYWHERE: &[&str] =
    &["TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "APIKEY", "PRIVATEKEY", "CONNECTION_STRING"];

/// Whole words of a name, between its underscores, that make a variable a secret.
const WORDS: &[&str] = &["KEY", "KEYS", "PASS", "PWD", "AUTH", "JWT", "DSN", "PIN", "SALT", "WEBHOOK"];

/// Words beside which those of the tables mean nothing that has to be hidden.
const PUBLIC: &[&str] = &["PUBLIC", "PUBLISHABLE", "TOKENIZERS", "TOKENIZER", "TOKENS", "PRIMARY", "FOREIGN"];

/// Names that look like a secret and are none.
const NOT_SECRET: &[&str] = &["PWD", "OLDPWD", "SSH_AUTH_SOCK", "GPG_KEY"];

/// Whether a variable is a secret, by its name (`API_KEY`, `db_password`), or by a value that holds a password
/// (`postgres://user:password@host/db`).
pub fn looks_secret(name: &str, value: &str) -> bool {
    has_secret_name(name) || password_in(value).is_some()
}

fn has_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase().replace(['-', '.'], "_");
    let words: Vec<&str> = name.split('_').filter(|word| !word.is_empty()).collect();
    let open = NOT_SECRET.contains(&name.as_str()) || words.iter().any(|word| PUBLIC.contains(word));
    !open && (ANYWHERE.iter().any(|part| name.contains(part)) || words.iter().any(|word| WORDS.contains(word)))
}

/// The password in an address, as it stands there.
pub(super) fn password_in(value: &str) -> Option<&str> {
    let (scheme, rest) = value.split_once("://")?;
    let is_scheme = |one: char| one.is_ascii_alphanumeric() || matches!(one, '+' | '-' | '.');
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let (_, password) = authority.rsplit_once('@')?.0.split_once(':')?;
    (!scheme.is_empty() && scheme.chars().all(is_scheme) && !password.is_empty()).then_some(password)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_of_secrets() {
        for name in [
            "API_KEY",
            "OPENAI_API_KEY",
            "openai_apikey",
            "GITHUB_TOKEN",
            "tokenOfMine",
            "MY_SECRET_THING",
            "SECRET_KEY_BASE",
            "DB_PASSWORD",
            "PGPASSWORD",
            "DB_PASS",
            "MYSQL_PWD",
            "SENTRY_DSN",
            "AWS_SECRET_ACCESS_KEY",
            "stripe-key",
            "AZURE_STORAGE_CONNECTION_STRING",
            "GOOGLE_APPLICATION_CREDENTIALS_JSON",
        ] {
            assert!(looks_secret(name, "1"), "{name}");
        }
    }

    #[test]
    fn names_of_what_anybody_may_see() {
        for name in [
            "PORT",
            "DEBUG",
            "WORKERS",
            "PWD",
            "KEYBOARD",
            "MONKEY",
            "BYPASS_CACHE",
            "AUTHOR",
            "TOKENIZERS_PARALLELISM",
            "MAX_TOKENS",
            "STRIPE_PUBLISHABLE_KEY",
            "VAPID_PUBLIC_KEY",
            "DATABASE_URL",
            "SPINNER",
        ] {
            assert!(!looks_secret(name, "1"), "{name}");
        }
    }

    #[test]
    fn an_address_with_a_password_is_a_secret_whatever_it_is_called() {
        for (value, password) in [
            ("postgres://me:hunter2@db.example.com:5432/shop?ssl=1", Some("hunter2")),
            ("redis://:hunter2@cache", Some("hunter2")),
            ("mongodb+srv://me:hun%40ter@db", Some("hun%40ter")),
            ("postgres://me:p@ss@db/x", Some("p@ss")),
            ("postgres://me@db/x", None),
            ("http://localhost:8080/a@b:c", None),
            ("sqlite:///data/shop.db", None),
            ("not an address", None),
        ] {
            assert_eq!(password_in(value), password, "{value}");
            assert_eq!(looks_secret("DATABASE_URL", value), password.is_some(), "{value}");
        }
    }

    proptest! {
        #[test]
        fn any_value_is_looked_at(name in ".{0,20}", value in ".{0,40}") {
            let _ = looks_secret(&name, &value);
        }
    }
}
