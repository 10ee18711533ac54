//! The way in: the handshake, new keys, and frames of those who are in.

use crate::kernel::id::Id;
use crate::ports::{PortError, SigningAlgorithm, VerifyingKey};
use crate::sync::door::line::{Line, Open, Step};
use crate::sync::door::{Door, Room, roster, wire};
use crate::sync::hub::turn::Event;
use crate::sync::relay::channel::Channel;
use crate::sync::relay::close::{Close, CloseCode};
use crate::sync::relay::frames::{FrameUp, RekeyFrame};
use crate::sync::relay::handshake::{self, DECOY, Hello, Proving, Resume};

/// What is next on a line.
enum Next {
    Greet,
    Prove(Box<Proving>, Id),
    Frame(FrameUp),
}

impl Door {
    /// Takes a text; an error ends the line.
    pub(super) async fn take(&self, room: Room<'_>, id: u32, text: &str) -> Result<(), Close> {
        let Some(next) = self.with(id, |line| next(line, room, text)) else { return Ok(()) };
        match next? {
            Next::Greet => self.greet(room, id, text).await,
            Next::Prove(proving, account) => self.prove(room, id, &proving, account, text).await,
            Next::Frame(FrameUp::Rekey(asked)) => self.rekey(room, id, &asked).await,
            Next::Frame(frame) => {
                let frame = wire::up(frame).ok_or(CloseCode::NotAFrame)?;
                self.tell(room, Event::Frame { conn: id, frame }).await;
                Ok(())
            }
        }
    }

    async fn greet(&self, room: Room<'_>, id: u32, text: &str) -> Result<(), Close> {
        let hello = Hello::read(text)?;
        let agreed = room.agreement.agree(hello.ephemeral()).await;
        let agreed = agreed.map_err(|error| handshake::disagreed(&error))?;
        let answer = hello.answer(&agreed, &room.random())?;
        let (key, signatures) = (room.config.relay.key.bytes(), room.signatures);
        if self.identity.get().is_none() {
            let public = signatures.public_key(key).await.map_err(|error| failed(room, &error))?;
            // Whoever came first has set the same.
            drop(self.identity.set(public));
        }
        let signature = signatures.sign(SigningAlgorithm::Ed25519, key, &answer.message()).await;
        let signature = signature.map_err(|error| failed(room, &error))?;
        let public = self.identity.get().map_or(&[][..], Vec::as_slice);
        let (text, proving) = answer.signed(public, &signature);
        self.with(id, |line| {
            line.go_on(Step::Proving(proving));
            line.attach(room.object);
            room.object.send(id, &text);
        });
        Ok(())
    }

    /// Lets a device in that is what it says. It is looked up again if somebody's end was heard of meanwhile.
    async fn prove(
        &self,
        room: Room<'_>,
        id: u32,
        proving: &Proving,
        account: Id,
        text: &str,
    ) -> Result<(), Close> {
        let claim = proving.claim(text, account)?;
        let (known, fits) = loop {
            let ends = self.ends.get();
            let known = roster::look(room.database, account, claim.device).await.map_err(|cause| {
                room.object.note(&["a device was not looked up: ", &cause].concat());
                CloseCode::HubFailed
            })?;
            let key = VerifyingKey::Ed25519(known.key.as_deref().unwrap_or(&DECOY));
            let fits = match room.signatures.verify(key, &claim.message(), &claim.signature).await {
                Ok(fits) => fits,
                // No signature, or none that this key could have made.
                Err(PortError::Shape(_)) => false,
                Err(error) => return Err(failed(room, &error)),
            };
            if self.ends.get() == ends {
                break (known, fits);
            }
        };
        let device = claim.device;
        let cursor = claim.resume.clone().map(|Resume { epoch, offset }| (epoch, offset));
        let now = room.now();
        let channel = claim.settle(known.key.is_some(), fits, now)?;
        if !known.served {
            return Err(CloseCode::AccountGone.into());
        }
        let session = Id::new(now, room.random());
        let look_at = channel.look_at();
        let open = Open { session, channel, conn: None };
        let there = self.with(id, |line| line.go_on(Step::Open(Box::new(open))));
        if there.is_some() {
            self.ring_at(room, look_at);
            let head = known.head;
            self.tell(room, Event::Connected { conn: id, device, cursor, head }).await;
        }
        Ok(())
    }

    /// Gives a line new keys. Frames to it may leave under the old ones until then.
    async fn rekey(&self, room: Room<'_>, id: u32, asked: &RekeyFrame) -> Result<(), Close> {
        let theirs = Channel::ephemeral(asked)?;
        let agreed = room.agreement.agree(&theirs).await;
        let agreed = agreed.map_err(|error| handshake::disagreed(&error))?;
        let renewed = self.with(id, |line| {
            let Some(open) = line.open() else { return Ok::<_, Close>(0) };
            let text = open.channel.rekey(asked, &agreed, &room.random(), room.now())?;
            let look_at = open.channel.look_at();
            line.renew();
            line.attach(room.object);
            room.object.send(id, &text);
            Ok(look_at)
        });
        if let Some(look_at) = renewed.transpose()? {
            self.ring_at(room, look_at);
        }
        Ok(())
    }
}

/// Reads a text as far as that needs nobody else, and shuts the line where it does.
fn next(line: &mut Line, room: Room<'_>, text: &str) -> Result<Next, Close> {
    if line.busy {
        return Err(Close::rule("type: an answer is on its way"));
    }
    let account = line.account;
    let next = match line.step_mut() {
        Step::Greeting => Next::Greet,
        Step::Proving(proving) => Next::Prove(Box::new(proving.clone()), account),
        Step::Open(open) => Next::Frame(open.channel.open(text, room.now())?),
    };
    line.busy = !matches!(&next, Next::Frame(frame) if !matches!(frame, FrameUp::Rekey(_)));
    Ok(next)
}

/// What a device is told when the platform fails.
fn failed(room: Room<'_>, error: &PortError) -> Close {
    let (PortError::Unavailable(cause)
    | PortError::Timeout(cause)
    | PortError::Shape(cause)
    | PortError::TooLarge(cause)) = error;
    room.object.note(&["a handshake failed: ", cause].concat());
    CloseCode::HubFailed.into()
}
