use std::pin::Pin;

use super::input::{RawInput, decode};
use super::{Operation, checks, types};
use crate::context::Context;
use crate::gateway::answer::Answer;
use crate::kernel::problem::Problem;

/// Decodes and checks the input, asks the operation's handler and encodes what it gives.
///
/// Boxed by operation: one future for all would be as large as the largest, and its code a tenth larger.
pub fn dispatch<'a, 'b: 'a>(
    operation: Operation,
    cx: &'a Context<'b>,
    raw: RawInput<'a>,
) -> Pin<Box<dyn Future<Output = Result<Answer, Problem>> + 'a>> {
    match operation {
        Operation::FindHealth => Box::pin(async move {
            let input = decode::<types::FindHealthInput>(&raw, &checks::FIND_HEALTH_INPUT)?;
            let output: types::Health = crate::shelf::operations::find_health(cx, input).await?;
            Answer::json(operation, &output, None, None)
        }),
        Operation::ListBooks => Box::pin(async move {
            let input = decode::<types::ListBooksInput>(&raw, &checks::LIST_BOOKS_INPUT)?;
            let output = crate::shelf::operations::list_books(cx, input).await?;
            Answer::page(operation, &output)
        }),
        Operation::CreateBook => Box::pin(async move {
            let input = decode::<types::CreateBookInput>(&raw, &checks::CREATE_BOOK_INPUT)?;
            let output: types::Book = crate::shelf::operations::create_book(cx, input).await?;
            Answer::json(operation, &output, Some(output.version), Some(format!("/api/v1/books/{}", output.id)))
        }),
        Operation::UpdateBook => Box::pin(async move {
            let input = decode::<types::UpdateBookInput>(&raw, &checks::UPDATE_BOOK_INPUT)?;
            let output: types::Book = crate::shelf::operations::update_book(cx, input).await?;
            Answer::json(operation, &output, Some(output.version), None)
        }),
        Operation::DeleteBook => Box::pin(async move {
            let input = decode::<types::DeleteBookInput>(&raw, &checks::DELETE_BOOK_INPUT)?;
            crate::shelf::operations::delete_book(cx, input).await?;
            Answer::empty(operation)
        }),
        Operation::CountBooks => Box::pin(async move {
            let input = decode::<types::CountBooksInput>(&raw, &checks::COUNT_BOOKS_INPUT)?;
            let output: types::Health = crate::shelf::operations::count_books(cx, input).await?;
            Answer::json(operation, &output, None, None)
        }),
        Operation::FindTitle => Box::pin(async move {
            let input = decode::<types::FindTitleInput>(&raw, &checks::FIND_TITLE_INPUT)?;
            let output: types::Health = crate::shelf::operations::find_title(cx, input).await?;
            Answer::json(operation, &output, None, None)
        }),
        Operation::LendBook => Box::pin(async move {
            let input = decode::<types::LendBookInput>(&raw, &checks::LEND_BOOK_INPUT)?;
            let output: types::Loan = crate::shelf::operations::lend_book(cx, input).await?;
            Answer::json(operation, &output, None, None)
        }),
        Operation::ShowVisit => Box::pin(async move {
            let input = decode::<types::ShowVisitInput>(&raw, &checks::SHOW_VISIT_INPUT)?;
            let output = crate::shelf::operations::show_visit(cx, input).await?;
            Answer::page_or_redirect(operation, output)
        }),
        Operation::BeginVisit => Box::pin(async move {
            let input = decode::<types::BeginVisitInput>(&raw, &checks::BEGIN_VISIT_INPUT)?;
            let output = crate::shelf::operations::begin_visit(cx, input).await?;
            Answer::redirect(operation, &output)
        }),
        Operation::IssueTicket => Box::pin(async move {
            let input = decode::<types::IssueTicketInput>(&raw, &checks::ISSUE_TICKET_INPUT)?;
            let output: types::Ticket = crate::shelf::operations::issue_ticket(cx, input).await?;
            Answer::json(operation, &output, None, None)
        }),
        Operation::RingBell => Box::pin(async move {
            let input = decode::<types::RingBellInput>(&raw, &checks::RING_BELL_INPUT)?;
            let output = crate::shelf::operations::ring_bell(cx, input).await?;
            Answer::upgrade(operation, output)
        }),
        Operation::HearVisits => Box::pin(async move {
            let input = decode::<types::HearVisitsInput>(&raw, &checks::HEAR_VISITS_INPUT)?;
            let output = crate::shelf::operations::hear_visits(cx, input).await?;
            Answer::stream(operation, output)
        }),
    }
}
