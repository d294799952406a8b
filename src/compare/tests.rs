use super::story::Tale;
use super::*;
use crate::report::text;

const STEADY: &[f64] = &[1.0, 1.02, 0.99];

fn plans() -> Vec<Arm> {
    let free = Tale {
        plan: "free",
        plan_name: "Free",
        dollars: 0,
        millicores: 100,
        sleeps: Some(900),
        slept: true,
        delay: 60_000,
        need: [150, 470],
        p50: 90.0,
        throttled: 60,
        ..Tale::default()
    };
    let standard = Tale {
        plan: "standard",
        plan_name: "Standard",
        dollars: 25,
        memory: 2_048,
        millicores: 1_000,
        ..Tale::default()
    };
    vec![standard.arm(STEADY), free.arm(STEADY), Tale::default().arm(STEADY)]
}

fn printed(arms: &[Arm], question: &Question) -> String {
    text(&sections(&compare(arms, question).unwrap(), Width::Page), 100)
}

#[test]
fn three_plans_at_a_glance() {
    let question =
        Question { load: Some("60/s for 20 s".into()), reference: Some("free".into()), ..Question::default() };
    insta::assert_snapshot!(printed(&plans(), &question), @r###"
    mimic on 3 plans, 3 rounds each
      load: 60/s for 20 s
      noise of this machine, between rounds of the same plan: cold start 1.2 %, p50 1.5 %, p95 1.5 %,
      p99 1.5 %, peak need 1.5 % (standard deviation)

    Verdicts: from the bottom up, the first line that holds
      fits: none of the others
      tight: need at the limit; need above what is sold; leaks to the limit within a day; under 10 %
      memory margin; the same until ready; throttled in over 25 % of the CPU periods
      not dependable: lives with the platform's most, not with its least
      too small: killed; failed boot; crashed; budget broken; load program says no; slower than it was
      asked
      invalid: run invalid; record incomplete; interrupted; load not sent as asked; check failed; mostly
      wrong answers; load program not run; budget without figures; no run

    Speed
      plan      a month   cold start    p50     p95     p99  errors  verdict
      free           $0  1 min 1 s +  90 ms  171 ms  358 ms   0.0 %  tight
      small          $7      1.5 s b  20 ms   38 ms   79 ms   0.0 %  fits
      standard      $25      1.5 s b  20 ms   38 ms   79 ms   0.0 %  fits
      cold start: the platform's own delay and the app's boot, without the engine of this machine
      + : the platform's delay was not waited out, but added from the profile
      b : the plan never sleeps; this is the boot alone, which a new version needs

    Memory and CPU
      plan       memory  CPU  peak need  of it   at start  throttled  kills  sleeps
      free      512 MiB  0.1  479.4 MiB   94 %  153.0 MiB     60.0 %      0       3
      small     512 MiB  0.5  306.0 MiB   60 %  153.0 MiB      5.0 %      0       0
      standard    2 GiB    1  306.0 MiB   15 %  153.0 MiB      5.0 %      0       0
      at start: the peak need until the first healthy answer, a bound of its own

    Load
      plan      requests   asked  achieved  failed by
      free          3600  60.0/s    60.0/s
      small         3600  60.0/s    60.0/s
      standard      3600  60.0/s    60.0/s

    Against `free`
                  small                standard
      cold start  0.024 ± 0.003 times  0.024 ± 0.003 times
      p50         0.22 ± 0.02 times    0.22 ± 0.02 times
      p95         0.22 ± 0.02 times    0.22 ± 0.02 times
      p99         0.22 ± 0.02 times    0.22 ± 0.02 times
      achieved    a tie                a tie
      errors      a tie                a tie
      peak need   0.64 ± 0.04 times    0.64 ± 0.04 times
      throttled   -55.0 ± 0.5 points   -55.0 ± 0.5 points
      ± or `to`: the interval that holds the true value in 99.5 of 100 cases; the same plan twice is
      said to differ at most once in twenty

    Why
      `free` is tight: peak need 479.4 MiB, at most 460.8 MiB for a margin of 10 % (rule margin;
      memory.limit: official)
      `small` fits: peak need 306.0 MiB, at most 460.8 MiB; throttled in 5.0 % of the periods, at most
      25 % (rule fits; memory.limit: official)
      `standard` fits: peak need 306.0 MiB, at most 1843.2 MiB; throttled in 5.0 % of the periods, at
      most 25 % (rule fits; memory.limit: official)

    Advice
      `free` ($0 a month) is the cheapest on which the app lives, but tight (peak need 479.4 MiB, at
      most 460.8 MiB for a margin of 10 %); the cheapest that fits is `small` ($7 a month)
      the next one up, `small` ($7 a month more), would buy: `fits` in place of `tight`, no sleep after
      15 min (cold start 1 min 1 s), p95 0.22 times as long, 55 percentage points fewer throttled
      periods
      worth its price on this evidence: it changes the verdict, ends cold starts that came up and makes
      p95 really quicker
    "###);
}

#[test]
fn two_plans_stand_in_one_table_with_their_difference() {
    let arms = vec![Tale::default().arm(STEADY), Tale { plan: "twin", p50: 12.0, ..Tale::default() }.arm(STEADY)];
    insta::assert_snapshot!(printed(&arms, &Question::default()), @r###"
    mimic on 2 plans, 3 rounds each
      noise of this machine, between rounds of the same plan: cold start 1.5 %, p50 1.5 %, p95 1.5 %,
      p99 1.5 %, peak need 1.5 % (standard deviation)

    Verdicts: from the bottom up, the first line that holds
      fits: none of the others
      tight: need at the limit; need above what is sold; leaks to the limit within a day; under 10 %
      memory margin; the same until ready; throttled in over 25 % of the CPU periods
      not dependable: lives with the platform's most, not with its least
      too small: killed; failed boot; crashed; budget broken; load program says no; slower than it was
      asked
      invalid: run invalid; record incomplete; interrupted; load not sent as asked; check failed; mostly
      wrong answers; load program not run; budget without figures; no run

    Speed
      plan   a month  cold start    p50    p95    p99  errors  verdict
      small       $7     1.5 s b  20 ms  38 ms  79 ms   0.0 %  fits
      twin        $7     1.5 s b  12 ms  22 ms  47 ms   0.0 %  fits
      cold start: the platform's own delay and the app's boot, without the engine of this machine
      b : the plan never sleeps; this is the boot alone, which a new version needs

    Memory and CPU
      plan    memory  CPU  peak need  of it   at start  throttled  kills  sleeps
      small  512 MiB  0.5  306.0 MiB   60 %  153.0 MiB      5.0 %      0       0
      twin   512 MiB  0.5  306.0 MiB   60 %  153.0 MiB      5.0 %      0       0
      at start: the peak need until the first healthy answer, a bound of its own

    Load
      plan   requests   asked  achieved  failed by
      small      3600  60.0/s    60.0/s
      twin       3600  60.0/s    60.0/s

    Against `small`
      middle of the rounds      small       twin  difference
      cold start                1.5 s      1.5 s  1.00 ± 0.07 times  no real difference
      p50                       19 ms      11 ms  0.60 ± 0.04 times  better
      p95                       37 ms      22 ms  0.60 ± 0.04 times  better
      p99                       79 ms      47 ms  0.60 ± 0.04 times  better
      achieved                 60.0/s     60.0/s  1.00 ± 0.00 times  a tie
      errors                    0.0 %      0.0 %  +0.0 ± 0.5 points  a tie
      peak need             300.0 MiB  300.0 MiB  1.00 ± 0.07 times  no real difference
      throttled                 5.0 %      5.0 %  +0.0 ± 0.5 points  a tie
      ± or `to`: the interval that holds the true value in 99.5 of 100 cases; the same plan twice is
      said to differ at most once in twenty

    Why
      `small` fits: peak need 306.0 MiB, at most 460.8 MiB; throttled in 5.0 % of the periods, at most
      25 % (rule fits; memory.limit: official)
      `twin` fits: peak need 306.0 MiB, at most 460.8 MiB; throttled in 5.0 % of the periods, at most 25
      % (rule fits; memory.limit: official)

    Advice
      `small` and `twin` ($7 a month each) are the cheapest plans that fit
    "###);
}

#[test]
fn one_run_before_and_one_after_a_change() {
    let before = Arm { label: "before".into(), ..Tale::default().arm(&[1.0]) };
    let changed = Tale { need: [150, 240], p50: 30.0, ..Tale::default() };
    let after = Arm { label: "after".into(), ..changed.arm(&[1.0]) };
    let question = Question { asked: Asked::Runs, ..Question::default() };
    insta::assert_snapshot!(printed(&[before, after], &question), @r###"
    mimic: 2 runs
      noise of this machine: not known, because nothing was measured twice

    Verdicts: from the bottom up, the first line that holds
      fits: none of the others
      tight: need at the limit; need above what is sold; leaks to the limit within a day; under 10 %
      memory margin; the same until ready; throttled in over 25 % of the CPU periods
      not dependable: lives with the platform's most, not with its least
      too small: killed; failed boot; crashed; budget broken; load program says no; slower than it was
      asked
      invalid: run invalid; record incomplete; interrupted; load not sent as asked; check failed; mostly
      wrong answers; load program not run; budget without figures; no run

    Speed
      run     a month  cold start    p50    p95     p99  errors  verdict
      before       $7     1.5 s b  19 ms  37 ms   79 ms   0.0 %  fits
      after        $7     1.5 s b  29 ms  56 ms  118 ms   0.0 %  fits
      cold start: the platform's own delay and the app's boot, without the engine of this machine
      b : the plan never sleeps; this is the boot alone, which a new version needs

    Memory and CPU
      run      memory  CPU  peak need  of it   at start  throttled  kills  sleeps
      before  512 MiB  0.5  300.0 MiB   59 %  150.0 MiB      5.0 %      0       0
      after   512 MiB  0.5  240.0 MiB   47 %  150.0 MiB      5.0 %      0       0
      at start: the peak need until the first healthy answer, a bound of its own

    Load
      run     requests   asked  achieved  failed by
      before      1200  60.0/s    60.0/s
      after       1200  60.0/s    60.0/s

    Against `before`
      middle of the rounds     before      after  difference
      cold start                1.5 s      1.5 s  1.00 times   too few runs
      p50                       19 ms      29 ms  1.50 times   too few runs
      p95                       37 ms      56 ms  1.50 times   too few runs
      p99                       79 ms     118 ms  1.50 times   too few runs
      achieved                 60.0/s     60.0/s  1.00 times   too few runs
      errors                    0.0 %      0.0 %  +0.0 points  too few runs
      peak need             300.0 MiB  240.0 MiB  0.80 times   too few runs
      throttled                 5.0 %      5.0 %  +0.0 points  too few runs
      too few runs: what differs cannot be told from noise; 3 of each would do

    Phases
      phase                     before      after  difference
      start   need at first  150.0 MiB  150.0 MiB
              peak need      150.0 MiB  150.0 MiB  1.00 times   too few runs
              need at last   150.0 MiB  150.0 MiB
              throttled         50.0 %     50.0 %  +0.0 points  too few runs
      search  need at first  300.0 MiB  240.0 MiB
              peak need      300.0 MiB  240.0 MiB  0.80 times   too few runs
              need at last   300.0 MiB  240.0 MiB
              p50                19 ms      29 ms  1.50 times   too few runs
              p95                37 ms      56 ms  1.50 times   too few runs
              p99                79 ms     118 ms  1.50 times   too few runs
              errors             0.0 %      0.0 %  +0.0 points  too few runs
              throttled          5.0 %      5.0 %  +0.0 points  too few runs

    Why
      `before` fits: peak need 300.0 MiB, at most 460.8 MiB; throttled in 5.0 % of the periods, at most
      25 % (rule fits; memory.limit: official)
      `after` fits: peak need 240.0 MiB, at most 460.8 MiB; throttled in 5.0 % of the periods, at most
      25 % (rule fits; memory.limit: official)
    "###);
}

#[test]
fn rounds_that_lie_far_apart_are_called_too_few_and_their_interval_is_not_shown() {
    let wild = Tale { plan: "wild", ..Tale::default() }.arm(&[0.2, 1.0, 5.0]);
    let compared = compare(&[Tale::default().arm(STEADY), wild], &Question::default()).unwrap();
    let p95 = compared.differences[0].differences.iter().find(|one| one.metric == Metric::P95).unwrap();
    assert_eq!((p95.finding, p95.rounds_needed), (Finding::Thin, None));
    let page = printed(&[Tale::default().arm(STEADY), Tale::default().arm(&[0.2, 1.0, 5.0])], &Question::default());
    assert!(page.lines().all(|line| line.chars().count() <= 100), "{page}");
}

#[test]
fn a_millisecond_is_no_difference_however_sure_it_is() {
    let finding = |p50| {
        let arms = [Tale { p50: 2.0, ..Tale::default() }.arm(STEADY), Tale { p50, ..Tale::default() }.arm(STEADY)];
        let compared = compare(&arms, &Question::default()).unwrap();
        compared.differences[0].differences.iter().find(|one| one.metric == Metric::P50).unwrap().finding
    };
    assert_eq!(finding(2.4), Finding::Tie);
    assert_eq!(finding(4.0), Finding::Differs);
}

#[test]
fn many_plans_with_one_round_each_are_not_a_table_of_refusals() {
    let arms: Vec<Arm> = plans().into_iter().map(|arm| Arm { rounds: arm.rounds[..1].to_vec(), ..arm }).collect();
    let page = printed(&arms, &Question::default());
    assert!(page.contains("too few runs: what differs cannot be told from noise; 3 of each would do"), "{page}");
    assert!(!page.contains("rounds needed"), "{page}");
}

#[test]
fn a_wide_interval_of_a_factor_is_told_by_its_ends() {
    let noisy = |factors: &[f64]| Tale { plan: "noisy", p50: 40.0, ..Tale::default() }.arm(factors);
    let page = printed(&[Tale::default().arm(STEADY), noisy(&[0.7, 1.0, 1.4])], &Question::default());
    let p50 = page.lines().find(|line| line.trim_start().starts_with("p50  ")).unwrap();
    assert!(p50.contains(" to ") && p50.contains("times") && !p50.contains('±'), "{p50}");
}
