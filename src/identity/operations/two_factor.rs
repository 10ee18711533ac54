//! The second factor.

use crate::context::Context;
use crate::contract::types::{
    BackupCodes, ConfirmTwoFactorInput, DisableTwoFactorInput, EnrolTwoFactorInput, FindTwoFactorInput,
    RenewBackupCodesInput, TwoFactorEnrolment, TwoFactorStatus,
};
use crate::identity::two_factor;
use crate::kernel::problem::{Code, Problem};

/// How the caller's second factor stands.
pub async fn find_two_factor(
    cx: &Context<'_>,
    _input: FindTwoFactorInput,
) -> Result<TwoFactorStatus, Problem> {
    let status = two_factor::status(cx, cx.user()?.user_id).await?;
    Ok(TwoFactorStatus {
        enabled: status.enabled_at.is_some(),
        enabled_at: status.enabled_at,
        backup_codes_left: i64::try_from(status.backup_codes_left).unwrap_or_default(),
    })
}

/// Gives a secret to a device.
pub async fn enrol_two_factor(
    cx: &Context<'_>,
    _input: EnrolTwoFactorInput,
) -> Result<TwoFactorEnrolment, Problem> {
    let (secret, uri) = two_factor::enrol(cx, cx.user()?.user_id).await?;
    Ok(TwoFactorEnrolment { secret, uri })
}

/// Begins to ask for the factor.
pub async fn confirm_two_factor(
    cx: &Context<'_>,
    input: ConfirmTwoFactorInput,
) -> Result<BackupCodes, Problem> {
    let user = cx.user()?;
    let session = user.session_id().ok_or_else(|| Problem::new(Code::Forbidden))?;
    Ok(BackupCodes { codes: two_factor::confirm(cx, user.user_id, session, &input.body.code).await? })
}

/// Asks for the factor no longer.
pub async fn disable_two_factor(cx: &Context<'_>, input: DisableTwoFactorInput) -> Result<(), Problem> {
    two_factor::disable(cx, cx.user()?.user_id, &input.body.code).await
}

/// Replaces the backup codes.
pub async fn renew_backup_codes(
    cx: &Context<'_>,
    _input: RenewBackupCodesInput,
) -> Result<BackupCodes, Problem> {
    Ok(BackupCodes { codes: two_factor::renew_backup_codes(cx, cx.user()?.user_id).await? })
}
