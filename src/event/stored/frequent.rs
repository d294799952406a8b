//! The kinds that come by the thousand, kept small: one-letter keys, plain numbers (bytes and
//! microseconds), and whatever is zero or absent left out.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::event::{Asker, ClientKind, Ending, InstanceId, Kind, Request, RequestId, Sample, SampleSource};
use crate::units::{Elapsed, Memory};

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for this shape")]
fn zero(number: &u64) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for this shape")]
fn no(flag: &bool) -> bool {
    !*flag
}

/// A sample: instance, source, usage, need, shared, swap (bytes), cpu (us), periods, throttled
/// periods (`k`), throttled (us), pids, kills for want of memory (`o`), packets sent (`x`, since 1.5),
/// open files (`f`, since 1.5).
#[derive(Serialize, Deserialize)]
pub(super) struct StoredSample {
    i: InstanceId,
    s: SampleSource,
    u: u64,
    n: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    h: Option<u64>,
    #[serde(default, skip_serializing_if = "zero")]
    w: u64,
    #[serde(default, skip_serializing_if = "zero")]
    c: u64,
    #[serde(default, skip_serializing_if = "zero")]
    p: u64,
    #[serde(default, skip_serializing_if = "zero")]
    k: u64,
    #[serde(default, skip_serializing_if = "zero")]
    t: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    d: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    o: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    x: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    f: Option<u32>,
}

impl From<&Sample> for StoredSample {
    fn from(sample: &Sample) -> Self {
        Self {
            i: sample.instance,
            s: sample.source,
            u: sample.usage.bytes(),
            n: sample.need.bytes(),
            h: sample.shared.map(Memory::bytes),
            w: sample.swap.bytes(),
            c: sample.cpu.micros(),
            p: sample.periods,
            k: sample.throttled_periods,
            t: sample.throttled.micros(),
            d: sample.pids,
            o: sample.oom_kills,
            x: sample.sent,
            f: sample.open_files,
        }
    }
}

impl StoredSample {
    pub(super) fn live(self) -> Sample {
        Sample {
            instance: self.i,
            source: self.s,
            usage: Memory::from_bytes(self.u),
            need: Memory::from_bytes(self.n),
            shared: self.h.map(Memory::from_bytes),
            swap: Memory::from_bytes(self.w),
            cpu: Elapsed::from_micros(self.c),
            periods: self.p,
            throttled_periods: self.k,
            throttled: Elapsed::from_micros(self.t),
            pids: self.d,
            oom_kills: self.o,
            sent: self.x,
            open_files: self.f,
        }
    }
}

/// A request: number, arrived (`a`, us), method, path, client, who that is (`w`, since 1.5), status, ending,
/// held (us), first byte (us), total (us), bytes in (`b`) and out (`o`).
#[derive(Serialize, Deserialize)]
pub(super) struct StoredRequest<'r> {
    n: RequestId,
    a: u64,
    #[serde(borrow)]
    m: Cow<'r, str>,
    #[serde(borrow)]
    p: Cow<'r, str>,
    c: ClientKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    w: Option<Cow<'r, Asker>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    s: Option<u16>,
    e: Ending,
    #[serde(default, skip_serializing_if = "zero")]
    h: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    f: Option<u64>,
    t: u64,
    #[serde(default, skip_serializing_if = "zero")]
    b: u64,
    #[serde(default, skip_serializing_if = "zero")]
    o: u64,
}

impl<'r> From<&'r Request> for StoredRequest<'r> {
    fn from(request: &'r Request) -> Self {
        Self {
            n: request.id,
            a: request.arrived.micros(),
            m: Cow::Borrowed(&request.method),
            p: Cow::Borrowed(&request.path),
            c: request.client,
            w: request.asker.as_ref().map(Cow::Borrowed),
            s: request.status,
            e: request.ending,
            h: request.held.micros(),
            f: request.first_byte.map(Elapsed::micros),
            t: request.total.micros(),
            b: request.bytes_in,
            o: request.bytes_out,
        }
    }
}

impl StoredRequest<'_> {
    pub(super) fn live(self) -> Request {
        Request {
            id: self.n,
            arrived: Elapsed::from_micros(self.a),
            method: self.m.into_owned(),
            path: self.p.into_owned(),
            client: self.c,
            asker: self.w.map(Cow::into_owned),
            status: self.s,
            ending: self.e,
            held: Elapsed::from_micros(self.h),
            first_byte: self.f.map(Elapsed::from_micros),
            total: Elapsed::from_micros(self.t),
            bytes_in: self.b,
            bytes_out: self.o,
        }
    }
}

/// A log line: instance, whether it came on standard error, the line.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredLog<'l> {
    i: InstanceId,
    #[serde(default, skip_serializing_if = "no")]
    e: bool,
    #[serde(borrow)]
    l: Cow<'l, str>,
}

impl<'l> StoredLog<'l> {
    pub(super) fn new(instance: InstanceId, stderr: bool, line: &'l str) -> Self {
        Self { i: instance, e: stderr, l: Cow::Borrowed(line) }
    }

    pub(super) fn live(self) -> Kind {
        Kind::Log { instance: self.i, stderr: self.e, line: self.l.into_owned() }
    }
}
