use super::{of_limit, percent};
use crate::event::SampleSource;
use crate::report::table::{Column, Section, Table};
use crate::report::trend::sentence;
use crate::report::{BankUse, CpuUse, MemoryUse, Peak, ServingUse, Summary, TrendKind, words};
use crate::units::{Elapsed, Memory};

/// Peak need against the limit, the start apart from what came later.
pub(super) fn memory(summary: &Summary) -> Section {
    let Some(memory) = &summary.memory else {
        return Section::new("Memory: nothing was sampled");
    };
    let columns = ["", "", "", ""].map(Column::words).into();
    let mut rows = vec![vec!["limit".to_owned(), limit(memory), String::new(), String::new()]];
    let peaks =
        [("peak need", Some(memory.peak)), ("until ready", memory.start_peak), ("after ready", memory.later_peak)];
    rows.extend(peaks.into_iter().filter_map(|(name, peak)| Some(row(name, peak?, memory))));
    if let Some(shared) = memory.shared_peak.filter(|shared| shared.bytes() > 0) {
        rows.push(vec!["of it shared".to_owned(), shared.human(), of_limit(shared, memory), String::new()]);
    }
    if memory.swap_peak.bytes() > 0 {
        rows.push(vec!["peak swap".to_owned(), memory.swap_peak.human(), String::new(), String::new()]);
    }
    let mut section = Section::new("Memory").table(Table { columns, rows });
    if memory.at_limit {
        section = section.line("the need stood at the limit: the app may want more than the peak says");
    }
    section.lines(trend(summary)).line(sampled(memory))
}

/// Without load, only what was seen is told: nobody asked for a steady load.
fn trend(summary: &Summary) -> Option<String> {
    let trend = summary.trend()?;
    let said = !matches!(trend.kind, TrendKind::TooShort | TrendKind::UnsteadyLoad | TrendKind::Unclear);
    (said || !summary.phases.is_empty()).then(|| format!("trend: {}", sentence(trend)))
}

fn limit(memory: &MemoryUse) -> String {
    if memory.kill_at == memory.limit {
        return memory.limit.to_string();
    }
    format!("{}, killed at {}", memory.limit, memory.kill_at)
}

fn row(name: &str, peak: Peak, memory: &MemoryUse) -> Vec<String> {
    vec![
        name.to_owned(),
        peak.need.human(),
        of_limit(peak.need, memory),
        format!("at {}, instance {}", peak.at.human(), peak.instance),
    ]
}

fn sampled(memory: &MemoryUse) -> String {
    let sources: Vec<&str> = memory.sources.iter().copied().map(words::source).collect();
    let rate = memory.rate_hz.map(|rate| format!(" at {rate:.1} Hz")).unwrap_or_default();
    let coarse =
        if memory.sources.contains(&SampleSource::EngineStream) { "; shorter spikes are not seen" } else { "" };
    let samples = words::count(memory.samples, "sample", "samples");
    format!("{samples}{rate}, from {}{coarse}", sources.join(" and "))
}

/// In less time than this, one burst within a period reads as several times the share.
const ENOUGH_FOR_A_MEAN: Elapsed = Elapsed::from_secs(1);

/// CPU used, against the share.
pub(super) fn cpu(summary: &Summary) -> Section {
    let Some(cpu) = &summary.cpu else {
        return Section::new("CPU: nothing was sampled");
    };
    let mut rows = vec![
        vec!["share".to_owned(), share(cpu)],
        vec!["used".to_owned(), format!("{} of CPU time in {} of running", cpu.used.human(), cpu.running.human())],
    ];
    if cpu.running < ENOUGH_FOR_A_MEAN {
        rows.push(vec!["on average".to_owned(), "too short a time to tell".to_owned()]);
    } else if let Some(mean) = cpu.mean {
        let of_share = percent(f64::from(mean.get()) * 100.0 / f64::from(cpu.share.get().max(1)));
        let which = if cpu.bank.is_some() { "guaranteed share" } else { "share" };
        rows.push(vec!["on average".to_owned(), format!("{mean}, {of_share} of the {which}")]);
    }
    let throttled = cpu.throttled;
    if let Some(share) = throttled.percent() {
        let (few, all) = (throttled.throttled_periods, throttled.periods);
        let stood = throttled.time.human();
        let text = format!("{} of its periods ({few} of {all}), {stood} of standing still", percent(share));
        rows.push(vec!["throttled".to_owned(), text]);
    }
    rows.extend(cpu.bank.iter().flat_map(|bank| bank_rows(bank, cpu)));
    rows.extend(cpu.serving.map(serving_row));
    Section::new("CPU").table(Table { columns: ["", ""].map(Column::words).into(), rows })
}

fn share(cpu: &CpuUse) -> String {
    let burst = cpu.bank.map(|bank| format!(", {} while its bank of unused CPU time is not empty", bank.share));
    let serving = cpu.serving.map(|_| ", while a request is open");
    format!("{}{}{}", cpu.share, burst.unwrap_or_default(), serving.unwrap_or_default())
}

fn bank_rows(bank: &BankUse, cpu: &CpuUse) -> [Vec<String>; 2] {
    let (burst, guaranteed) = (bank.at_burst.human(), bank.at_guaranteed.human());
    let times = format!("{} for {burst}, {} for {guaranteed}", bank.share, cpu.share);
    let dry = match bank.ran_dry {
        0 => "never ran dry".to_owned(),
        times => format!("ran dry {}", words::count(times, "time", "times")),
    };
    let holds = bank.holds.map(|holds| format!("; held {} of {} at the end", holds.human(), bank.cap.human()));
    [vec!["had".to_owned(), times], vec!["bank".to_owned(), dry + &holds.unwrap_or_default()]]
}

fn serving_row(serving: ServingUse) -> Vec<String> {
    let (given, withheld) = (serving.given.human(), serving.withheld.human());
    vec!["given".to_owned(), format!("for {given}; withheld for {withheld}, while no request was open")]
}

/// For callers that print a need in one cell.
pub(super) fn need(need: Option<Memory>, kill_at: Memory) -> String {
    need.map_or_else(
        || format!("its need was not sampled; the limit is {kill_at}"),
        |need| {
            format!(
                "needed {} of {kill_at} ({}) in the last sample before",
                need.human(),
                percent(need.percent_of(kill_at))
            )
        },
    )
}
