//! Times between the domain and the columns, in whole microseconds. It may not read any clock.

use jiff::Timestamp;
use sea_orm::prelude::TimeDateTimeWithTimeZone as Column;

/// The column's form of a time; anything finer than a microsecond is cut off, as PostgreSQL keeps no more.
pub(crate) fn column(time: Timestamp) -> Column {
    Column::UNIX_EPOCH.saturating_add(time::Duration::microseconds(time.as_microsecond()))
}

/// The time in a column; `None` if it is beyond the years the domain knows.
pub(crate) fn timestamp(column: Column) -> Option<Timestamp> {
    Timestamp::from_nanosecond(column.unix_timestamp_nanos()).ok()
}

/// The text that SQLite keeps, always of the same width: it compares texts, and `…:00Z` would sort after `…:00.5Z`.
pub(crate) fn fixed_width(column: Column) -> String {
    let utc = column.to_offset(time::UtcOffset::UTC);
    let (year, month, day) = utc.to_calendar_date();
    let (hour, minute, second, micro) = utc.to_hms_micro();
    format!("{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micro:06}Z", u8::from(month))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_sort_like_their_times_even_at_whole_seconds() {
        let moments = [
            "1999-12-31T23:59:59.999999Z",
            "2026-01-01T00:00:00Z",
            "2026-01-01T00:00:00.000001Z",
            "2026-01-01T00:00:00.5Z",
            "2026-01-01T00:00:01Z",
        ];
        let texts = moments.map(|text| fixed_width(column(text.parse().unwrap())));
        assert!(texts.is_sorted(), "{texts:?}");
        assert!(texts.iter().all(|text| text.len() == texts[0].len()));
    }

    #[test]
    fn whole_microseconds_come_back_unchanged() {
        for text in ["1969-12-31T23:59:59.999999Z", "2026-03-29T01:00:00.123456Z"] {
            let moment: Timestamp = text.parse().unwrap();
            assert_eq!(timestamp(column(moment)), Some(moment));
        }
    }
}
