//! The frames, as `schema/frames.yaml` has them: read strictly, written plainly.

use crate::contract::check::check;
use crate::contract::checks::FRAME_UP;
use crate::contract::read::FromValue;
pub use crate::contract::types::{
    AckFrame, AuthenticateFrame, DeliverFrame, EstablishedFrame, EventFrame, EventsFrame, ExpiringFrame,
    FrameDown, FrameUp, GapFrame, HelloDownFrame, HelloUpFrame, MissedFrame, PresenceDownFrame,
    PresenceDownFrameState, PresenceUpFrame, PresenceUpFrameState, ReceivedFrame, RekeyFrame, RekeyedFrame,
    RelayEntry, RelayEntryClass, RelayEvent, RelayLimits, ResyncFrame, SlowFrame, ThrottledFrame,
    TypingDownFrame, TypingUpFrame,
};
use crate::kernel::json;
use crate::sync::relay::close::{Close, CloseCode};

/// The largest frame in bytes, seal included.
pub const MOST_BYTES: usize = 65_536;
/// The largest body of an event in bytes.
pub const MOST_BODY_BYTES: usize = 49_152;
/// The most events in a frame.
pub const MOST_EVENTS: usize = 100;
/// The stream of what the server changed; devices do not write into it.
pub const SYSTEM: &str = "system";

/// How deep a frame nests: the frame, its list, an entry, a list in it to spare.
const DEPTH: usize = 4;

/// Reads the JSON of a frame from a device. 4007 for what is no frame, 4006 for one that is against the rules, with the
/// place and the rule.
pub fn read(text: &str) -> Result<FrameUp, Close> {
    if text.len() > MOST_BYTES {
        return Err(CloseCode::TooLarge.into());
    }
    let mut value = json::parse(text.as_bytes(), DEPTH).map_err(|_| CloseCode::NotAFrame)?;
    match check(&FRAME_UP, &mut value).first() {
        // No object, or of no type that there is.
        Some(fault) if matches!(fault.pointer.as_str(), "" | "/type") => {
            return Err(CloseCode::NotAFrame.into());
        }
        Some(fault) => return Err(Close::rule([&fault.pointer, ": ", fault.code].concat())),
        None => {}
    }
    let frame = FrameUp::from_value(value).ok_or(CloseCode::NotAFrame)?;
    match &frame {
        FrameUp::Event(event) => writable(&event.stream, &event.body)?,
        FrameUp::Events(several) => {
            several.events.iter().try_for_each(|event| writable(&event.stream, &event.body))?;
        }
        FrameUp::Typing(typing) => writable(&typing.stream, "")?,
        _ => {}
    }
    Ok(frame)
}

fn writable(stream: &str, body: &str) -> Result<(), Close> {
    if stream == SYSTEM {
        return Err(Close::rule("stream: system is the server's"));
    }
    if body.len() > MOST_BODY_BYTES {
        return Err(Close::rule("body: too large"));
    }
    Ok(())
}

/// The JSON of a frame to a device.
#[must_use]
pub fn write(frame: &FrameDown) -> String {
    // Keys are texts and no number is out of range, so there is nothing that could fail.
    serde_json::to_string(frame).unwrap_or_default()
}

impl From<EventFrame> for RelayEvent {
    fn from(EventFrame { id, seq, stream, expires_at, body }: EventFrame) -> Self {
        Self { id, seq, stream, expires_at, body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0197f7a0-0000-7000-8000-00000000000b";

    fn code(text: &str) -> u16 {
        read(text).unwrap_err().code.number()
    }

    fn event(body: &str) -> String {
        format!(r#"{{"type":"event","id":"{ID}","seq":1,"stream":"notes","body":"{body}"}}"#)
    }

    #[test]
    fn a_frame_is_read_and_told_apart() {
        let FrameUp::Event(event) = read(&event("x")).unwrap() else { panic!("another frame") };
        assert_eq!((event.seq, event.stream.as_str(), event.expires_at), (1, "notes", None));
        assert_eq!(
            read(r#"{"type":"received","offset":3}"#).unwrap(),
            FrameUp::Received(ReceivedFrame { offset: 3 })
        );
        let presence = PresenceUpFrame { state: PresenceUpFrameState::Idle };
        assert_eq!(read(r#"{"type":"presence","state":"idle"}"#).unwrap(), FrameUp::Presence(presence));
    }

    #[test]
    fn what_is_no_frame_and_what_breaks_a_rule_are_told_apart() {
        for text in
            ["", "1", "[]", "{}", r#"{"type":1}"#, r#"{"type":"ack","seq":1}"#, "{\"type\":\"hello\"", "\0"]
        {
            assert_eq!(code(text), 4007, "{text}");
        }
        assert_eq!(code(&"[".repeat(60_000)), 4007);
        for (text, reason) in [
            (r#"{"type":"received"}"#, "/offset: required"),
            (r#"{"type":"received","offset":-1}"#, "/offset: minimum"),
            (r#"{"type":"received","offset":1,"more":1}"#, "/more: unknown-field"),
            (r#"{"type":"typing","stream":"system"}"#, "stream: system is the server's"),
            (r#"{"type":"typing","stream":"Notes"}"#, "/stream: format"),
            (r#"{"type":"events","events":[]}"#, "/events: min-items"),
        ] {
            let close = read(text).unwrap_err();
            assert_eq!((close.code, &*close.reason), (CloseCode::Rule, reason), "{text}");
        }
    }

    #[test]
    fn sizes_count_in_bytes() {
        assert!(read(&event(&"b".repeat(MOST_BODY_BYTES))).is_ok());
        assert_eq!(read(&event(&"ä".repeat(30_000))).unwrap_err().reason, "body: too large");
        assert_eq!(code(&event(&"b".repeat(MOST_BODY_BYTES + 1))), 4006);
        assert_eq!(code(&" ".repeat(MOST_BYTES)), 4007);
        assert_eq!(code(&" ".repeat(MOST_BYTES + 1)), 4009);
    }

    #[test]
    fn what_is_sent_is_what_the_contract_says() {
        let entry = RelayEntry {
            offset: 1,
            class: RelayEntryClass::System,
            stream: SYSTEM.to_owned(),
            stream_seq: 1,
            id: crate::kernel::id::Id::parse(ID).unwrap(),
            device: None,
            seq: None,
            at: 1,
            expires_at: None,
            body: "{}".to_owned(),
        };
        let text = write(&FrameDown::Deliver(DeliverFrame { entries: vec![entry] }));
        let mut value = json::parse(text.as_bytes(), 8).unwrap();
        assert_eq!(check(&crate::contract::checks::FRAME_DOWN, &mut value), []);
        assert_eq!(write(&FrameDown::Slow(SlowFrame {})), r#"{"type":"slow"}"#);
        assert_eq!(write(&FrameDown::Gap(GapFrame { expected: 7 })), r#"{"type":"gap","expected":7}"#);
    }
}
