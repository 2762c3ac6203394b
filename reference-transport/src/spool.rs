//! `reference-transport run --spool`: the folder in which messages outlive the process (FAIL-32).

use std::{
    fs::{File, TryLockError},
    path::Path,
    sync::{Arc, atomic::AtomicU64, atomic::Ordering},
};

use mtaspec_reference_transport::{
    listener::Take,
    message::Submission,
    network::Sockets,
    observer::Observer,
    store::{Directory, Folder, Store},
    transport::{Config, Transport},
};

use crate::{Failure, say};

/// Whose folder it is; the system lets go of it when the process ends, however it ends.
const LOCK: &str = "lock";

/// A transport, and what it needs to stay.
pub(crate) struct Kept {
    pub(crate) transport: Transport,
    /// The lock of the spool, if there is one.
    spool: Option<File>,
}

/// A transport whose messages are kept in this folder, or in memory alone.
pub(crate) fn transport(folder: Option<&Path>, config: Config, observer: Arc<dyn Observer>) -> Result<Kept, Failure> {
    let network = Arc::new(Sockets::default());
    let unusable = |error: mtaspec_reference_transport::transport::TransportError| Failure(70, error.to_string());
    let Some(folder) = folder else {
        let transport = Transport::new(config, network, observer).map_err(unusable)?;
        return Ok(Kept { transport, spool: None });
    };
    let (store, lock) = open(folder).map_err(|why| Failure(65, format!("`{}`: {why}", folder.display())))?;
    let transport = Transport::with_store(store, config, network, observer).map_err(unusable)?;
    Ok(Kept { transport, spool: Some(lock) })
}

fn open(folder: &Path) -> Result<(Arc<dyn Store>, File), String> {
    let disk = Folder::open(folder).map_err(|error| error.to_string())?;
    let lock = File::create(folder.join(LOCK)).map_err(|error| error.to_string())?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err("another process has it".to_owned()),
        Err(TryLockError::Error(error)) => return Err(error.to_string()),
    }
    Ok((Arc::new(Directory::open(disk).map_err(|error| error.to_string())?), lock))
}

impl Kept {
    /// Goes on with what is there from an earlier life; connectors have been made. Gives how messages are taken from
    /// now on: each gets a number that none of those has.
    pub(crate) fn go_on(self) -> Result<Take, Failure> {
        let resumed = self.transport.resume().map_err(|error| Failure(65, error.to_string()))?;
        for aside in &resumed.set_aside {
            say(&format!("`{}` is no message, and stays there: {}", aside.file, aside.why));
        }
        if self.spool.is_some() {
            say(&format!("{} messages of the spool go on", resumed.messages.len()));
        }
        let last = resumed.messages.iter().filter_map(|name| name.parse::<u64>().ok()).max().unwrap_or(0);
        let taken = AtomicU64::new(last);
        Ok(Arc::new(move |message: Submission| {
            let name = (taken.fetch_add(1, Ordering::Relaxed) + 1).to_string();
            self.transport.take(Submission { name: name.clone(), ..message }).map(|()| name).inspect_err(|error| {
                say(&format!("a message could not be kept: {error}"));
            })
        }))
    }
}
