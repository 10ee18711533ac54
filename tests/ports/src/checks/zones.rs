//! Time zones with their history.

use super::{Check, Findings, equal};
use crate::kernel::time::Timestamp;
use crate::ports::{ZoneError, Zones};

/// Runs these checks.
pub(super) async fn all(zones: &dyn Zones, findings: &mut Findings) {
    findings.add("zones follow their rules of today", async { today(zones) }).await;
    findings.add("zones have their history", async { history(zones) }).await;
    findings.add("zones change on the second", async { changes(zones) }).await;
    findings.add("zones go on until 2100", async { future(zones) }).await;
    findings.add("names of zones are read without regard to case", async { names(zones) }).await;
    findings.add("an unknown zone is told as such", async { unknown(zones) }).await;
    findings.add("many zones side by side stay apart", async { many(zones) }).await;
}

fn expect(zones: &dyn Zones, zone: &str, at: &str, wanted: i32) -> Check {
    let moment = Timestamp::parse(at).ok_or("no moment")?;
    equal(&format!("{zone} at {at}"), zones.offset(zone, moment), Ok(wanted))
}

fn every(zones: &dyn Zones, wanted: &[(&str, &str, i32)]) -> Check {
    wanted.iter().try_for_each(|(zone, at, offset)| expect(zones, zone, at, *offset))
}

fn today(zones: &dyn Zones) -> Check {
    every(
        zones,
        &[
            ("UTC", "2026-03-01T00:00:00Z", 0),
            ("Europe/Berlin", "2026-03-01T00:00:00Z", 3600),
            ("Europe/Berlin", "2026-07-01T00:00:00Z", 7200),
            ("America/New_York", "2026-07-01T00:00:00Z", -14_400),
            ("Asia/Kathmandu", "2026-07-01T00:00:00Z", 20_700),
            ("Australia/Lord_Howe", "2026-01-01T00:00:00Z", 39_600),
            ("Australia/Lord_Howe", "2026-07-01T00:00:00Z", 37_800),
            ("Pacific/Kiritimati", "2026-07-01T00:00:00Z", 50_400),
            ("Etc/GMT+12", "2026-07-01T00:00:00Z", -43_200),
            ("America/Argentina/Ushuaia", "2026-07-01T00:00:00Z", -10_800),
        ],
    )
}

fn history(zones: &dyn Zones) -> Check {
    every(
        zones,
        &[
            // Double summer time.
            ("Europe/London", "1945-06-01T00:00:00Z", 7200),
            ("Europe/London", "1945-08-01T00:00:00Z", 3600),
            // A whole winter ahead.
            ("Europe/London", "1970-01-01T00:00:00Z", 3600),
            // Midsummer two hours ahead.
            ("Europe/Berlin", "1945-06-15T00:00:00Z", 10_800),
            ("Europe/Berlin", "1900-01-01T00:00:00Z", 3600),
            ("Europe/Moscow", "2012-01-01T00:00:00Z", 14_400),
            ("Asia/Kolkata", "1943-01-01T00:00:00Z", 23_400),
            ("America/New_York", "1974-02-01T00:00:00Z", -14_400),
            // Mean times, to the second.
            ("Europe/Paris", "1905-01-01T00:00:00Z", 561),
            ("Africa/Monrovia", "1950-01-01T00:00:00Z", -2670),
            ("Africa/Monrovia", "1971-06-01T00:00:00Z", -2670),
            ("America/New_York", "1883-01-01T00:00:00Z", -17_762),
            ("Asia/Kolkata", "1903-01-01T00:00:00Z", 19_270),
        ],
    )
}

fn changes(zones: &dyn Zones) -> Check {
    every(
        zones,
        &[
            ("Europe/Berlin", "2026-03-29T00:59:59Z", 3600),
            ("Europe/Berlin", "2026-03-29T00:59:59.999Z", 3600),
            ("Europe/Berlin", "2026-03-29T01:00:00Z", 7200),
            ("Europe/Berlin", "2026-10-25T00:59:59Z", 7200),
            ("Europe/Berlin", "2026-10-25T01:00:00Z", 3600),
            // 1911-03-11: from Paris mean time to Greenwich's, 9 minutes 21 seconds back.
            ("Europe/Paris", "1911-03-10T23:50:38Z", 561),
            ("Europe/Paris", "1911-03-10T23:50:39Z", 0),
            // A day was left out.
            ("Pacific/Apia", "2011-12-30T09:59:59Z", -36_000),
            ("Pacific/Apia", "2011-12-30T10:00:00Z", 50_400),
        ],
    )
}

fn future(zones: &dyn Zones) -> Check {
    every(
        zones,
        &[
            ("Europe/Berlin", "2099-01-15T00:00:00Z", 3600),
            ("Europe/Berlin", "2099-07-15T00:00:00Z", 7200),
            ("America/New_York", "2099-07-15T00:00:00Z", -14_400),
            ("Asia/Tokyo", "2100-12-31T00:00:00Z", 32_400),
            ("Australia/Sydney", "2099-01-15T00:00:00Z", 39_600),
        ],
    )
}

fn names(zones: &dyn Zones) -> Check {
    for name in ["europe/london", "EUROPE/LONDON", "Europe/London", "GB"] {
        expect(zones, name, "2026-07-01T00:00:00Z", 3600)?;
    }
    Ok(())
}

fn unknown(zones: &dyn Zones) -> Check {
    for name in [
        "Mars/Olympus",
        "Europe/Atlantis",
        "x",
        "Europe",
        "GMT+25",
        "A/B/C",
        "BST",
        "ist",
        "AET",
        "SystemV/EST5",
    ] {
        equal(name, zones.offset(name, Timestamp::EPOCH), Err(ZoneError::Unknown))?;
    }
    Ok(())
}

fn many(zones: &dyn Zones) -> Check {
    for _ in 0..2 {
        for hours in -14..=12_i32 {
            let name = format!("Etc/GMT{}{}", if hours < 0 { "" } else { "+" }, hours);
            expect(zones, &name, "2026-07-01T00:00:00Z", -hours * 3600)?;
        }
        for zone in ["Asia/Tokyo", "Asia/Seoul", "Asia/Pyongyang", "Pacific/Palau", "Asia/Dili", "Asia/Chita"]
        {
            expect(zones, zone, "2026-07-01T00:00:00Z", 32_400)?;
        }
    }
    Ok(())
}
