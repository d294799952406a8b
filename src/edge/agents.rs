//! Programs that say who they are, by their `User-Agent`.

use crate::event::Asker;

/// What stands in the header, with and after which a word begins; and who that is. The first match counts.
///
/// Each was found as the service's own documentation, its source or access logs in public files show it.
const MONITORS: &[(&str, &str)] = &[
    ("UptimeRobot/", "UptimeRobot"),
    ("Better Uptime Bot", "Better Stack"),
    ("Better Stack", "Better Stack"),
    ("BetterStackBot/", "Better Stack"),
    ("Pingdom.com_bot", "Pingdom"),
    ("cron-job.org", "cron-job.org"),
    ("StatusCake", "StatusCake"),
    ("Uptime-Kuma/", "Uptime Kuma"),
    ("HetrixTools", "HetrixTools"),
    ("FreshpingBot/", "Freshping"),
    ("Site24x7", "Site24x7"),
    ("updown.io daemon", "updown.io"),
    ("Checkly", "Checkly"),
    ("Datadog/Synthetics", "Datadog"),
    ("NewRelicPinger/", "New Relic"),
    ("SentryUptimeBot/", "Sentry"),
    ("Gatus/", "Gatus"),
    ("Blackbox Exporter/", "Prometheus Blackbox Exporter"),
    ("GoogleStackdriverMonitoring-UptimeChecks", "Google Cloud Monitoring"),
    ("Amazon-Route53-Health-Check-Service", "Amazon Route 53"),
    ("ELB-HealthChecker/", "Amazon load balancer"),
    ("GoogleHC/", "Google load balancer"),
    ("kube-probe/", "Kubernetes probe"),
    ("Consul Health Check", "Consul"),
];

/// Programs and libraries for any request. Timetables of build services and scripts of one's own ask with these.
const TOOLS: &[(&str, &str)] = &[
    ("curl/", "curl"),
    ("Wget/", "Wget"),
    ("python-requests/", "Python requests"),
    ("python-httpx/", "Python httpx"),
    ("Python-urllib/", "Python urllib"),
    ("aiohttp/", "Python aiohttp"),
    ("Go-http-client/", "Go"),
    ("axios/", "axios"),
    ("node-fetch/", "node-fetch"),
];

/// Who asks, by the value of its `User-Agent`; nothing for browsers and for whoever is not known.
pub(super) fn asker(agent: &[u8]) -> Option<Asker> {
    let found = |table: &[(&str, &str)]| {
        let named = table.iter().find(|(word, _)| begins_in(agent, word.as_bytes()));
        named.map(|(_, name)| (*name).to_owned())
    };
    found(MONITORS).map(Asker::Monitor).or_else(|| found(TOOLS).map(Asker::Tool))
}

/// Whether `word` stands in `text`, at its beginning or behind something that is no letter and no digit.
fn begins_in(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).enumerate().any(|(at, part)| {
        part.eq_ignore_ascii_case(word) && !at.checked_sub(1).is_some_and(|before| text[before].is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monitor(name: &str) -> Asker {
        Asker::Monitor(name.to_owned())
    }

    #[test]
    fn monitors_are_known_by_what_they_send() {
        for (agent, name) in [
            ("Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", "UptimeRobot"),
            ("Better Uptime Bot Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/74.0.3729.169", "Better Stack"),
            ("Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)", "Pingdom"),
            ("Mozilla/4.0 (compatible; cron-job.org; http://cron-job.org/abuse/)", "cron-job.org"),
            ("Uptime-Kuma/1.23.16", "Uptime Kuma"),
            ("kube-probe/1.29", "Kubernetes probe"),
        ] {
            assert_eq!(asker(agent.as_bytes()), Some(monitor(name)), "{agent}");
        }
    }

    #[test]
    fn a_tool_is_no_monitor_and_a_browser_is_neither() {
        assert_eq!(asker(b"curl/8.5.0"), Some(Asker::Tool("curl".to_owned())));
        let browser =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36";
        assert_eq!(asker(browser.as_bytes()), None);
        assert_eq!(asker(b""), None);
    }

    #[test]
    fn a_word_inside_another_is_not_it() {
        assert_eq!(asker(b"Delegatus/1.0 provider-catalog"), None);
    }

    #[test]
    fn the_table_says_nothing_twice() {
        let all: Vec<&str> = MONITORS.iter().chain(TOOLS).map(|(word, _)| *word).collect();
        for (at, word) in all.iter().enumerate() {
            let shadowed = all[..at].iter().find(|earlier| begins_in(word.as_bytes(), earlier.as_bytes()));
            assert_eq!(shadowed, None, "`{word}` is found by an earlier line");
        }
    }
}
