use cookie::Cookie;
use cookie::time::{Date, Month, OffsetDateTime, Time};

/// The cookies that one app has given one user.
///
/// There is one app and one address, so domains mean nothing here; and `Secure` cookies are sent to
/// 127.0.0.1, as browsers do.
#[derive(Debug, Default)]
pub(super) struct Cookies(Vec<Cookie<'static>>);

impl Cookies {
    /// Takes what an answer's `Set-Cookie` says. What cannot be read is left out, as browsers do.
    pub(super) fn take(&mut self, header: &str, asked: &str) {
        let Ok(mut cookie) = Cookie::parse(header.to_owned()) else { return };
        if cookie.path().is_none_or(|path| !path.starts_with('/')) {
            cookie.set_path(default_path(asked).to_owned());
        }
        self.0.retain(|known| known.name() != cookie.name() || known.path() != cookie.path());
        if !is_taken_back(&cookie) {
            self.0.push(cookie);
        }
    }

    /// The value of the header `cookie` for a request of this path; `None` when there is nothing to say.
    pub(super) fn give(&self, path: &str) -> Option<String> {
        let path = path.split('?').next().unwrap_or(path);
        let mut told: Vec<&Cookie<'_>> =
            self.0.iter().filter(|cookie| covers(cookie.path().unwrap_or("/"), path)).collect();
        // RFC 6265, section 5.4: longer paths first.
        told.sort_by_key(|cookie| std::cmp::Reverse(cookie.path().map_or(1, str::len)));
        let told: Vec<String> = told.iter().map(|cookie| format!("{}={}", cookie.name(), cookie.value())).collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}

/// RFC 6265, section 5.1.4: the folder of what was asked for.
fn default_path(asked: &str) -> &str {
    let path = asked.split('?').next().unwrap_or(asked);
    match path.rfind('/') {
        Some(0) | None => "/",
        Some(end) => &path[..end],
    }
}

/// RFC 6265, section 5.1.4: the same, or something below it.
fn covers(folder: &str, path: &str) -> bool {
    let Some(rest) = path.strip_prefix(folder) else { return false };
    rest.is_empty() || folder.ends_with('/') || rest.starts_with('/')
}

/// An app takes a cookie back by a life of no length, or by an end long past. No clock is needed to see either.
fn is_taken_back(cookie: &Cookie<'_>) -> bool {
    let long_past = Date::from_calendar_date(2001, Month::January, 1).unwrap_or(Date::MIN);
    let long_past = OffsetDateTime::new_utc(long_past, Time::MIDNIGHT);
    match cookie.max_age() {
        Some(age) => !age.is_positive(),
        None => cookie.expires_datetime().is_some_and(|end| end < long_past),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(headers: &[&str]) -> Cookies {
        let mut cookies = Cookies::default();
        for header in headers {
            cookies.take(header, "/shop/login?next=1");
        }
        cookies
    }

    #[test]
    fn a_cookie_comes_back_where_it_belongs() {
        let cookies = of(&["session=a1; Path=/; HttpOnly; Secure", "basket=b=2", "theme=dark; Path=/shop/new"]);
        assert_eq!(cookies.give("/").as_deref(), Some("session=a1"));
        assert_eq!(cookies.give("/shop/basket?x=1").as_deref(), Some("basket=b=2; session=a1"));
        assert_eq!(cookies.give("/shopping").as_deref(), Some("session=a1"));
    }

    #[test]
    fn a_new_value_replaces_the_old_one_and_an_end_takes_it_back() {
        assert_eq!(of(&["s=1; Path=/", "s=2; Path=/"]).give("/").as_deref(), Some("s=2"));
        for end in ["Max-Age=0", "Expires=Thu, 01 Jan 1970 00:00:00 GMT"] {
            assert_eq!(of(&["s=1; Path=/", &format!("s=; Path=/; {end}")]).give("/"), None, "{end}");
        }
        assert_eq!(of(&["s=1; Path=/; Max-Age=60"]).give("/").as_deref(), Some("s=1"));
    }

    proptest! {
        #[test]
        fn any_header_is_taken_or_left(header in ".{0,80}", asked in "/[a-z/?=]{0,20}") {
            let mut cookies = Cookies::default();
            cookies.take(&header, &asked);
            let _ = cookies.give(&asked);
        }
    }
}
