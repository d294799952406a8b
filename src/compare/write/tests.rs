use proptest::prelude::*;

use super::*;
use crate::compare::story::Tale;
use crate::compare::{Arm, Asked, Comparison, Question, compare};
use crate::event::LoadFailure;
use crate::scenario::Budget;
use crate::units::{Elapsed, Portion};

#[path = "../../../tests/emu/schema.rs"]
mod schema;

const STEADY: &[f64] = &[1.0, 1.02, 0.99];

/// Two plans with a budget: one breaks it, and a name that every format has to escape.
fn story() -> Comparison {
    let failures = [(LoadFailure::Status(500), 40)].into();
    let slow = Tale { plan: "slow|<&\"one\">", dollars: 0, p50: 400.0, failures, ..Tale::default() };
    let budget = Budget {
        memory: Some(Portion::from_millionths(900_000)),
        p95: Some(Elapsed::from_millis(300)),
        errors: Some(Portion::from_millionths(10_000)),
        kills: Some(0),
        ..Budget::default()
    };
    let question = Question { budget, ..Question::default() };
    compare(&[slow.arm(STEADY), Tale::default().arm(STEADY)], &question).unwrap()
}

#[test]
fn as_csv() {
    insta::assert_snapshot!(csv(&story()), @r###"
    label,plan,verdict,rule,because,weakest_setting,weakest_confidence,rounds,rounds_left_out,price_monthly_microdollars,memory_limit_bytes,cpu_share_millicores,cold_start_us,p50_us,p95_us,p99_us,requests,asked_per_second,achieved_per_second,errors,errors_by_cause,peak_need_bytes,at_limit,start_peak_bytes,throttled_periods,periods,kills,sleeps,wakes
    "slow|<&""one"">","slow|<&""one"">",too small,budget,"p95 762 ms, at most 300 ms; errors 3.33 %, at most 1 %",cpu.share,official,3,0,0,536870912,500,1500000,400895,762367,1591295,3600,60.000,58.000,120,120 status 500,320864256,false,160432128,15,300,0,0,0
    small,small,fits,fits,"peak need 306.0 MiB, at most 460.8 MiB; throttled in 5.0 % of the periods, at most 25 %",memory.limit,official,3,0,7000000,536870912,500,1500000,20047,38111,79551,3600,60.000,60.000,0,,320864256,false,160432128,15,300,0,0,0
    "###);
}

#[test]
fn as_markdown() {
    insta::assert_snapshot!(markdown(&story()), @r###"
    ### mimic on 2 plans, 3 rounds each

    - `small` ($7 a month) is the cheapest plan that fits

    | plan | verdict | a month | cold start | p50 | p95 | p99 | errors | peak need | of it | throttled | kills |
    | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
    | slow\|&lt;&amp;"one"> | too small | $0 | 1.5 s b | 400 ms | 762 ms | 1.5 s | 3.3 % | 306.0 MiB | 60 % | 5.0 % | 0 |
    | small | fits | $7 | 1.5 s b | 20 ms | 38 ms | 79 ms | 0.0 % | 306.0 MiB | 60 % | 5.0 % | 0 |

    <details><summary>Figures, differences and rules</summary>

    **mimic on 2 plans, 3 rounds each**

    - noise of this machine, between rounds of the same plan: cold start 1.5 %, p50 1.5 %, p95 1.5 %, p99 1.5 %, peak need 1.5 % (standard deviation)

    **Verdicts: from the bottom up, the first line that holds**

    - fits: none of the others
    - tight: need at the limit; need above what is sold; leaks to the limit within a day; under 10 % memory margin; the same until ready; throttled in over 25 % of the CPU periods
    - not dependable: lives with the platform's most, not with its least
    - too small: killed; failed boot; crashed; budget broken; load program says no; slower than it was asked
    - invalid: run invalid; record incomplete; interrupted; load not sent as asked; check failed; mostly wrong answers; load program not run; budget without figures; no run

    **Speed**

    | plan | a month | cold start | p50 | p95 | p99 | errors | verdict |
    | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |
    | slow\|&lt;&amp;"one"> | $0 | 1.5 s b | 400 ms | 762 ms | 1.5 s | 3.3 % | too small |
    | small | $7 | 1.5 s b | 20 ms | 38 ms | 79 ms | 0.0 % | fits |

    - cold start: the platform's own delay and the app's boot, without the engine of this machine
    - b : the plan never sleeps; this is the boot alone, which a new version needs

    **Memory and CPU**

    | plan | memory | CPU | peak need | of it | at start | throttled | kills | sleeps |
    | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
    | slow\|&lt;&amp;"one"> | 512 MiB | 0.5 | 306.0 MiB | 60 % | 153.0 MiB | 5.0 % | 0 | 0 |
    | small | 512 MiB | 0.5 | 306.0 MiB | 60 % | 153.0 MiB | 5.0 % | 0 | 0 |

    - at start: the peak need until the first healthy answer, a bound of its own

    **Load**

    | plan | requests | asked | achieved | failed by |
    | --- | ---: | ---: | ---: | --- |
    | slow\|&lt;&amp;"one"> | 3600 | 60.0/s | 58.0/s | 120 status 500 |
    | small | 3600 | 60.0/s | 60.0/s |  |

    **Against `small`**

    | middle of the rounds | small | slow\|&lt;&amp;"one"> | difference |  |
    | --- | ---: | ---: | --- | --- |
    | cold start | 1.5 s | 1.5 s | 1.00 ± 0.07 times | no real difference |
    | p50 | 19 ms | 399 ms | 20.00 ± 1.39 times | worse |
    | p95 | 37 ms | 759 ms | 20.00 ± 1.39 times | worse |
    | p99 | 79 ms | 1.5 s | 20.00 ± 1.40 times | worse |
    | achieved | 60.0/s | 58.0/s | 0.97 ± 0.00 times | a tie |
    | errors | 0.0 % | 3.3 % | +3.3 ± 0.5 points | worse |
    | peak need | 300.0 MiB | 300.0 MiB | 1.00 ± 0.07 times | no real difference |
    | throttled | 5.0 % | 5.0 % | +0.0 ± 0.5 points | a tie |

    - ± or `to`: the interval that holds the true value in 99.5 of 100 cases; the same plan twice is said to differ at most once in twenty

    **Why**

    - `slow\|&lt;&amp;"one">` is too small: p95 762 ms, at most 300 ms; errors 3.33 %, at most 1 % (rule budget; cpu.share: official)
    - `small` fits: peak need 306.0 MiB, at most 460.8 MiB; throttled in 5.0 % of the periods, at most 25 % (rule fits; memory.limit: official)

    **Advice**

    - `small` ($7 a month) is the cheapest plan that fits

    </details>
    "###);
}

#[test]
fn as_junit() {
    insta::assert_snapshot!(junit(&story()), @r###"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="emu compare" tests="10" failures="3" errors="0">
      <testsuite name="emu compare" tests="10" failures="3" errors="0">
        <testcase classname="slow|&lt;&amp;&quot;one&quot;&gt;" name="verdict">
          <failure type="budget" message="`slow|&lt;&amp;&quot;one&quot;&gt;` is too small: p95 762 ms, at most 300 ms; errors 3.33 %, at most 1 % (rule budget; cpu.share: official)"/>
        </testcase>
        <testcase classname="slow|&lt;&amp;&quot;one&quot;&gt;" name="budget: memory at most 90 %"/>
        <testcase classname="slow|&lt;&amp;&quot;one&quot;&gt;" name="budget: p95 at most 300 ms">
          <failure type="budget" message="p95: found 762 ms, expected at most 300 ms"/>
        </testcase>
        <testcase classname="slow|&lt;&amp;&quot;one&quot;&gt;" name="budget: errors at most 1 %">
          <failure type="budget" message="errors: found 3.33 %, expected at most 1 %"/>
        </testcase>
        <testcase classname="slow|&lt;&amp;&quot;one&quot;&gt;" name="budget: kills at most 0"/>
        <testcase classname="small" name="verdict"/>
        <testcase classname="small" name="budget: memory at most 90 %"/>
        <testcase classname="small" name="budget: p95 at most 300 ms"/>
        <testcase classname="small" name="budget: errors at most 1 %"/>
        <testcase classname="small" name="budget: kills at most 0"/>
      </testsuite>
    </testsuites>
    "###);
}

#[test]
fn as_wide_as_it_gets() {
    insta::assert_snapshot!(crate::report::text(&sections(&story(), Width::Wide)[2..3], 400), @r###"
    Figures
      plan            memory  CPU  a month  cold start     p50     p95    p99  requests   asked  achieved  errors  peak need  of it   at start  throttled  kills  sleeps  verdict    failed by
      slow|<&"one">  512 MiB  0.5       $0     1.5 s b  400 ms  762 ms  1.5 s      3600  60.0/s    58.0/s   3.3 %  306.0 MiB   60 %  153.0 MiB      5.0 %      0       0  too small  120 status 500
      small          512 MiB  0.5       $7     1.5 s b   20 ms   38 ms  79 ms      3600  60.0/s    60.0/s   0.0 %  306.0 MiB   60 %  153.0 MiB      5.0 %      0       0  fits
      cold start: the platform's own delay and the app's boot, without the engine of this machine
      b : the plan never sleeps; this is the boot alone, which a new version needs
      at start: the peak need until the first healthy answer, a bound of its own
    "###);
}

#[test]
fn a_page_is_a_hundred_columns_wide() {
    let long = Tale { plan: "a-plan-with-a-name-of-26", sleeps: Some(60), delay: 50_000, ..Tale::default() };
    let arms: Vec<Arm> = (0..6).map(|_| long.arm(STEADY)).collect();
    for asked in [Asked::Plans, Asked::Runs] {
        let compared = compare(&arms, &Question { asked, ..Question::default() }).unwrap();
        let page = crate::report::text(&sections(&compared, Width::Page), 100);
        let widest = page.lines().max_by_key(|line| line.chars().count()).unwrap();
        assert!(widest.chars().count() <= 100, "{widest}");
    }
}

fn json(comparison: &Comparison) -> serde_json::Value {
    serde_json::to_value(comparison).unwrap()
}

#[test]
fn as_json_it_fits_its_schema() {
    assert_eq!(schema::faults("comparison", &json(&story())), Vec::<String>::new());
    let nothing = Tale { finish: None, ..Tale::default() }.arm(&[1.0]);
    let empty = compare(&[nothing, Arm { label: "none".into(), rounds: Vec::new() }], &Question::default()).unwrap();
    assert_eq!(schema::faults("comparison", &json(&empty)), Vec::<String>::new());
}

#[test]
fn the_schema_notices_what_is_not_documented_or_missing() {
    let spoiled = |spoil: fn(&mut serde_json::Value)| {
        let mut bad = json(&story());
        spoil(&mut bad);
        schema::faults("comparison", &bad).len()
    };
    assert_eq!(spoiled(|bad| bad["surprise"] = 1.into()), 1);
    assert_eq!(spoiled(|bad| drop(bad.as_object_mut().unwrap().remove("noise"))), 1);
    assert_eq!(spoiled(|bad| bad["arms"][0]["verdict"]["word"] = "lovely".into()), 1);
    assert_eq!(spoiled(|bad| bad["arms"][0]["facts"]["kills"] = (-1).into()), 1);
}

#[test]
fn the_reference_page_names_every_field_of_a_comparison() {
    let page = include_str!("../../../docs/reference/json.md");
    let (_, part) = page.split_once("## Comparison").expect("docs/reference/json.md has a part about comparisons");
    let written = json(&story());
    let arm = written["arms"][0].as_object().unwrap();
    for field in written.as_object().unwrap().keys().chain(arm.keys()) {
        assert!(part.contains(&format!("| `{field}` |")), "docs/reference/json.md has no row for `{field}`");
    }
}

fn named(label: String) -> Comparison {
    let arm = Arm { label, ..Tale::default().arm(&[1.0]) };
    compare(&[arm], &Question::default()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_row_of_csv_stays_a_row_and_reads_back(label in any::<String>()) {
        let text = csv(&named(label.clone()));
        let (_, row) = text.split_once('\n').unwrap();
        let first = match row.strip_prefix('"') {
            Some(rest) => {
                let mut cell = String::new();
                let mut letters = rest.chars().peekable();
                while let Some(letter) = letters.next() {
                    if letter == '"' && letters.next_if_eq(&'"').is_none() {
                        break;
                    }
                    cell.push(letter);
                }
                cell
            }
            None => row.split(',').next().unwrap().to_owned(),
        };
        prop_assert_eq!(first, label);
    }

    #[test]
    fn a_table_of_markdown_keeps_its_columns(label in any::<String>()) {
        let text = markdown(&named(label));
        let table: Vec<&str> = text.lines().filter(|line| line.starts_with("| ")).take(3).collect();
        let columns = |line: &str| line.replace("\\|", "").matches('|').count();
        prop_assert_eq!(table.len(), 3);
        prop_assert_eq!(columns(table[0]), columns(table[2]));
    }

    #[test]
    fn xml_holds_any_name(label in any::<String>()) {
        let text = junit(&named(label));
        let inside = text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "").replace("&quot;", "");
        prop_assert!(!inside.contains('&'));
        prop_assert_eq!(inside.matches('<').count(), inside.matches('>').count());
        prop_assert!(inside.chars().all(|letter| letter == '\n' || letter >= ' '));
    }
}
