//! Where the book of texts is had from: read once by each isolate, from the assets of its own deployment.

use std::rc::Rc;

use super::engines::Book;
use super::engines::book::PATH;
use crate::context::Context;
use crate::kernel::problem::Problem;

/// The book; the first who asks in an isolate waits for it.
///
/// # Errors
/// [`crate::kernel::problem::Code::DependencyUnavailable`] while it cannot be read; the next who asks tries again. A
/// book of another edition is a defect of the deployment.
pub async fn book(cx: &Context<'_>) -> Result<Rc<Book>, Problem> {
    let kept = cx.isolate.book.borrow().clone();
    if let Some(book) = kept {
        return Ok(book);
    }
    let book = Rc::new(Book::open(cx.ports.assets.read(PATH).await?).map_err(Problem::internal)?);
    *cx.isolate.book.borrow_mut() = Some(Rc::clone(&book));
    Ok(book)
}
