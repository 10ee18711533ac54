//! The caller's devices.

use futures_util::future::join;

use crate::context::Context;
use crate::contract::resources::DEVICE;
use crate::contract::types::{
    ConfirmDeviceInput, DeleteDeviceInput, Device, FindDeviceInput, FindPairingInput, ListDevicesInput,
    RegisterDeviceInput, RegisteredDevice, RevokeDeviceInput, UpdateDeviceInput,
};
use crate::kernel::page::Page;
use crate::kernel::problem::Problem;
use crate::resource::list::ListRequest;
use crate::resource::operations as resource;
use crate::sync::devices::{self, pairing, presence};

/// The caller's devices.
pub async fn list_devices(cx: &Context<'_>, input: ListDevicesInput) -> Result<Page<Device>, Problem> {
    let query = input.query;
    let request =
        ListRequest { limit: query.limit, cursor: query.cursor, sort: query.sort, filters: Vec::new() };
    let (page, known) = join(resource::list(cx, &DEVICE, &request), presence::of(cx)).await;
    let mut page: Page<Device> = page?;
    page.items.iter_mut().for_each(|device| presence::add(device, known.as_deref()));
    Ok(page)
}

/// Registers a device.
pub async fn register_device(
    cx: &Context<'_>,
    input: RegisterDeviceInput,
) -> Result<RegisteredDevice, Problem> {
    devices::register(cx, input.body).await
}

/// One of the caller's devices.
pub async fn find_device(cx: &Context<'_>, input: FindDeviceInput) -> Result<Device, Problem> {
    let (device, known) = join(resource::find(cx, &DEVICE, Some(input.path.id)), presence::of(cx)).await;
    let mut device = device?;
    presence::add(&mut device, known.as_deref());
    Ok(device)
}

/// Renames a device.
pub async fn update_device(cx: &Context<'_>, input: UpdateDeviceInput) -> Result<Device, Problem> {
    let changes = input.body.name.map(|name| ("name", name.into())).into_iter().collect();
    resource::update(cx, &DEVICE, Some(input.path.id), changes).await
}

/// Forgets a device; the table's trigger takes its name and key away.
pub async fn delete_device(cx: &Context<'_>, input: DeleteDeviceInput) -> Result<(), Problem> {
    resource::delete(cx, &DEVICE, Some(input.path.id)).await
}

/// Shuts a device out.
pub async fn revoke_device(cx: &Context<'_>, input: RevokeDeviceInput) -> Result<Device, Problem> {
    devices::revoke(cx, input.path.id).await
}

/// The pending device that shows a code.
pub async fn find_pairing(cx: &Context<'_>, input: FindPairingInput) -> Result<Device, Problem> {
    pairing::find(cx, &input.body.code).await
}

/// Lets a pending device in.
pub async fn confirm_device(cx: &Context<'_>, input: ConfirmDeviceInput) -> Result<Device, Problem> {
    pairing::confirm(cx, input.path.id, &input.body).await
}
