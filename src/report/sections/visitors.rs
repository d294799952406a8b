use super::{NONE, percent, time};
use crate::report::table::{Column, Section, Table};
use crate::report::{Latencies, Latency, Requests, Summary, percentiles_need, words};

/// Requests by outcome, and how long the app's answers took.
pub(super) fn requests(summary: &Summary) -> Section {
    let requests = &summary.requests;
    if requests.total == 0 {
        return Section::new("Requests: none");
    }
    let mut section = Section::new(format!("Requests ({})", requests.total)).table(outcomes(requests));
    if requests.held > 0 {
        let longest = requests.held_longest.human();
        section = section.line(format!("{} waited at the gate, the longest {longest}", requests.held));
    }
    if requests.by_app() == 0 {
        return section;
    }
    let section = section.table(times(requests));
    let thin =
        [&requests.warm, &requests.cold].into_iter().any(|times| times.total.count > 0 && times.total.p99.is_none());
    section.lines(thin.then(|| format!("– : too few requests for that percentile ({})", percentiles_need())))
}

fn outcomes(requests: &Requests) -> Table {
    let app = [
        ("1xx", requests.app_1xx),
        ("2xx", requests.app_2xx),
        ("3xx", requests.app_3xx),
        ("4xx", requests.app_4xx),
        ("5xx", requests.app_5xx),
    ];
    let mut outcomes: Vec<(String, u64)> = app.map(|(class, number)| (format!("the app, {class}"), number)).into();
    let platform = requests.platform.iter();
    outcomes.extend(platform.map(|(cause, number)| (format!("the platform: {}", words::cause(*cause)), *number)));
    outcomes.push(("the platform: stand-in for a sleeping app".to_owned(), requests.stand_ins));
    outcomes.extend(requests.cut.iter().map(|(cause, number)| (format!("cut off: {}", words::cause(*cause)), *number)));
    outcomes.push(("the client left first".to_owned(), requests.client_left));
    let rows = outcomes
        .into_iter()
        .filter(|(_, number)| *number > 0)
        .map(|(name, number)| vec![name, number.to_string(), percent(ratio(number, requests.total))]);
    Table {
        columns: vec![Column::words("answered by"), Column::numbers("requests"), Column::numbers("share")],
        rows: rows.collect(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody sends 2^53 requests")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 * 100.0 / whole as f64
}

fn times(requests: &Requests) -> Table {
    let mut columns = vec![Column::words("the app's answers")];
    columns.extend(["requests", "least", "p50", "p95", "p99", "most"].map(Column::numbers));
    let mut rows = Vec::new();
    for (name, times) in [("warm", &requests.warm), ("cold", &requests.cold)] {
        rows.extend(pair(name, times));
    }
    Table { columns, rows }
}

fn pair(name: &str, times: &Latencies) -> Vec<Vec<String>> {
    if times.total.count == 0 {
        let mut row = vec![name.to_owned(), "0".to_owned()];
        row.extend(std::iter::repeat_n(NONE.to_owned(), 5));
        return vec![row];
    }
    vec![row(format!("{name}, first byte"), &times.first_byte), row(format!("{name}, whole"), &times.total)]
}

fn row(name: String, latency: &Latency) -> Vec<String> {
    let values = [latency.min, latency.p50, latency.p95, latency.p99, latency.max];
    let mut row = vec![name, latency.count.to_string()];
    row.extend(values.map(time));
    row
}
