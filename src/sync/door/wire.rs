//! Frames of the wire as the hub has them, and the hub's as they go over the wire.

use crate::kernel::id::Id;
use crate::sync::door::line::Open;
use crate::sync::hub::limits::Limits;
use crate::sync::hub::turn::{Down, Presence, Private, Up};
use crate::sync::relay::channel::KEY_EVENTS;
use crate::sync::relay::frames::{
    self, AckFrame, EstablishedFrame, FrameDown, FrameUp, GapFrame, MissedFrame, PresenceDownFrame,
    PresenceDownFrameState, PresenceUpFrameState, RelayEvent, RelayLimits, ResyncFrame, SlowFrame,
    ThrottledFrame, TypingDownFrame,
};

/// What a device is told that it may do.
#[must_use]
pub fn limits(limits: &Limits) -> RelayLimits {
    let size = |bytes| i64::try_from(bytes).unwrap_or(i64::MAX);
    RelayLimits {
        frame_bytes: size(frames::MOST_BYTES),
        body_bytes: size(limits.body),
        batch: size(limits.batch),
        per_second: 1_000 / limits.device.each.max(1),
        burst: limits.device.burst / limits.device.each.max(1),
        per_minute: (limits.person.burst + 60_000) / limits.person.each.max(1),
        streams: size(limits.streams),
        key_events: i64::from(KEY_EVENTS),
    }
}

/// A frame of a device, for the hub; `None` for those of the handshake and for new keys.
pub(super) fn up(frame: FrameUp) -> Option<Up> {
    let private =
        |RelayEvent { id, seq, stream, expires_at, body }| Private { id, seq, stream, expires_at, body };
    Some(match frame {
        FrameUp::Event(event) => Up::Events(vec![private(event.into())]),
        FrameUp::Events(several) => Up::Events(several.events.into_iter().map(private).collect()),
        FrameUp::Received(received) => Up::Received(received.offset),
        FrameUp::Presence(presence) => Up::Presence { idle: presence.state == PresenceUpFrameState::Idle },
        FrameUp::Typing(typing) => Up::Typing(typing.stream),
        FrameUp::Hello(_) | FrameUp::Authenticate(_) | FrameUp::Rekey(_) => return None,
    })
}

/// Seals a frame of the hub.
pub(super) fn seal(open: &mut Open, frame: Down, may: impl FnOnce() -> Limits) -> String {
    let Open { session, channel, .. } = open;
    let frame = match frame {
        Down::Deliver { entries, count } => return channel.seal_entries(&entries, count),
        Down::Established { epoch, acknowledged, offset } => {
            let expires_at = channel.expires_at();
            established(*session, epoch, (acknowledged, offset), expires_at, &may())
        }
        Down::Ack { seq, place, reached } => FrameDown::Ack(AckFrame {
            seq,
            offset: place.map(|(offset, _)| offset),
            stream_seq: place.map(|(_, stream_seq)| stream_seq),
            expired: place.is_none().then_some(true),
            reached: Some(reached),
        }),
        Down::Gap { expected } => FrameDown::Gap(GapFrame { expected }),
        Down::Throttled { retry_ms } => FrameDown::Throttled(ThrottledFrame { retry_ms }),
        Down::Missed { from, to } => FrameDown::Missed(MissedFrame { from, to }),
        Down::Resync { epoch, offset } => FrameDown::Resync(ResyncFrame { epoch, offset }),
        Down::Slow => FrameDown::Slow(SlowFrame {}),
        Down::Presence { device, state, last_seen } => {
            let state = match state {
                Presence::Active => PresenceDownFrameState::Active,
                Presence::Idle => PresenceDownFrameState::Idle,
                Presence::Offline => PresenceDownFrameState::Offline,
            };
            FrameDown::Presence(PresenceDownFrame { device, state, last_seen })
        }
        Down::Typing { device, stream } => FrameDown::Typing(TypingDownFrame { device, stream }),
    };
    channel.seal(&frame)
}

fn established(
    session: Id,
    epoch: String,
    (acknowledged, offset): (i64, i64),
    expires_at: i64,
    may: &Limits,
) -> FrameDown {
    let (window, limits) = (may.window, limits(may));
    FrameDown::Established(EstablishedFrame {
        session,
        epoch,
        acknowledged,
        offset,
        expires_at,
        window,
        limits,
    })
}
