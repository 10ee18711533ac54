//! What binds the pages to one browser: a sealed cookie of ten minutes, and forms that are sealed for that cookie alone.
//!
//! The cookie is `SameSite=Lax`: an application opens the page from elsewhere, and with `Strict` the browser would not
//! show the cookie then, so that somebody who has just signed in would be asked again. Forms of other sites come without
//! it, and without a form that was sealed for it.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::contract::CookieName;
use crate::kernel::cookie::{Cookie, SameSite};
use crate::kernel::crypto;
use crate::kernel::id::Id;
use crate::kernel::json;
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::kernel::vault::{NONCE, Place};

/// How long cookie and forms are good.
const LIFE_MILLIS: i64 = 600_000;
const LIFE_SECONDS: u32 = 600;

/// Somebody who signed in on a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The account.
    pub user_id: Id,
    /// Its epoch then: a change of its standing ends this.
    pub epoch: i64,
    /// How they proved who they are.
    pub methods: String,
}

/// A browser that was shown a page.
#[derive(Debug, Clone)]
pub struct Browser {
    /// The value of its cookie.
    cookie: String,
    /// When it got that.
    at: Timestamp,
    /// Who signed in there.
    pub person: Option<Person>,
}

#[derive(Serialize, Deserialize)]
struct Sealed<T> {
    at: Timestamp,
    what: T,
}

impl Browser {
    /// The browser that calls, if it was shown a page within ten minutes.
    #[must_use]
    pub fn of(cx: &Context<'_>) -> Option<Self> {
        let cookie = cx.cookie(CookieName::Session)?;
        let Sealed { at, what: person } = open(cx, COOKIE, &cookie)?;
        Some(Self { cookie, at, person })
    }

    /// Begins with a browser anew, with that person or nobody signed in.
    pub fn begin(cx: &Context<'_>, person: Option<Person>) -> Result<Self, Problem> {
        let cookie = seal(cx, COOKIE, &person)?;
        let (name, value) = (CookieName::Session, cookie.clone());
        cx.set_cookie(Cookie { name, value, same_site: SameSite::Lax, max_age: LIFE_SECONDS });
        Ok(Self { cookie, at: cx.now, person })
    }

    /// Whether forms can be sealed for it that will be good for a while.
    #[must_use]
    pub fn is_young(&self, cx: &Context<'_>) -> bool {
        cx.now.millis() - self.at.millis() < LIFE_MILLIS / 2
    }

    /// Forgets the browser.
    pub fn end(cx: &Context<'_>) {
        cx.set_cookie(Cookie::end(CookieName::Session, SameSite::Lax));
    }

    /// What a form carries, for this browser alone.
    pub fn seal<T: Serialize>(&self, cx: &Context<'_>, what: &T) -> Result<String, Problem> {
        seal(cx, Place { row: &self.name(), ..FORM }, what)
    }

    /// What a form carried; `None` if it is older than ten minutes or was made for another browser.
    #[must_use]
    pub fn open<T: DeserializeOwned>(&self, cx: &Context<'_>, form: &str) -> Option<T> {
        open(cx, Place { row: &self.name(), ..FORM }, form).map(|sealed| sealed.what)
    }

    fn name(&self) -> String {
        crypto::base64url(&crypto::sha256(&[self.cookie.as_bytes()]))
    }
}

const COOKIE: Place<'_> = Place { table: "page", row: "", column: "cookie" };
const FORM: Place<'_> = Place { table: "page", row: "", column: "form" };

fn seal<T: Serialize>(cx: &Context<'_>, place: Place<'_>, what: T) -> Result<String, Problem> {
    let mut nonce = [0; NONCE];
    cx.ports.random.fill(&mut nonce);
    let text = serde_json::to_vec(&Sealed { at: cx.now, what })?;
    Ok(cx.config.vault.vault().seal(nonce, place, &text))
}

fn open<T: DeserializeOwned>(cx: &Context<'_>, place: Place<'_>, text: &str) -> Option<Sealed<T>> {
    let plain = cx.config.vault.vault().open(place, text).ok()?;
    let sealed: Sealed<T> = json::read_bytes(&plain).ok()?;
    (cx.now.millis() - sealed.at.millis() < LIFE_MILLIS).then_some(sealed)
}
