//! Files of a folder.

use std::fs;
use std::path::PathBuf;

use async_trait::async_trait;

use crate::ports::{Assets, PortError};

/// The files of a folder, as the edge serves them.
#[derive(Debug, Clone)]
pub struct Folder(pub PathBuf);

#[async_trait(?Send)]
impl Assets for Folder {
    async fn read(&self, path: &str) -> Result<String, PortError> {
        let told = |cause: &dyn std::fmt::Display| PortError::Unavailable(format!("{path}: {cause}"));
        let inside = path.strip_prefix('/').filter(|inside| !inside.split('/').any(|part| part == ".."));
        let inside = inside.ok_or_else(|| told(&"not a path of this folder"))?;
        fs::read_to_string(self.0.join(inside)).map_err(|error| told(&error))
    }
}
