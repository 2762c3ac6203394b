//! Enters the namespaces of a sandbox: the only module with `unsafe` code.

#![expect(unsafe_code, reason = "fork(2), unshare(2) and mount_setattr(2) have no safe form")]

use std::{fs, io, os::fd::AsFd, process};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, Signal, WaitOptions, getppid, getuid, set_parent_process_death_signal, waitpid},
    thread::{UnshareFlags, unshare_unsafe},
};

use super::{EnterError, SandboxSpec, mounts, netlink};

/// The status with which the outer process ends if the inner one was ended by a signal: this plus the signal's number,
/// as shells have it.
const SIGNALLED: i32 = 128;

/// Leaves the machine for a world of its own: network, mounts, processes, host name and IPC.
///
/// Returns in the first process of the new world; the process that called waits for that one and ends as it does. If
/// either is killed, everything in the world is. From here on nothing of the file system outside can be written, and
/// no packet leaves.
///
/// # Errors
///
/// What could not be done, in which step; then the process is good for nothing but to end.
pub fn enter(spec: &SandboxSpec) -> Result<(), EnterError> {
    if !getuid().is_root() {
        return Err(EnterError::NotRoot);
    }
    let threads = fs::read_dir("/proc/self/task").map_err(EnterError::at("looking for threads"))?.count();
    if threads != 1 {
        return Err(EnterError::Threads { threads });
    }
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(EnterError::at("tying it to its parent"))?;
    // The parent may have gone before that.
    if spec
        .parent
        .is_some_and(|parent| getppid().map(Pid::as_raw_nonzero) != Pid::from_raw(parent).map(Pid::as_raw_nonzero))
    {
        return Err(EnterError::Orphan);
    }
    let flags =
        UnshareFlags::NEWIPC | UnshareFlags::NEWNET | UnshareFlags::NEWNS | UnshareFlags::NEWPID | UnshareFlags::NEWUTS;
    // SAFETY: there is one thread, and file descriptors are not unshared.
    unsafe { unshare_unsafe(flags) }.map_err(EnterError::at("unshare"))?;
    become_first_process()?;
    rustix::system::sethostname(spec.hostname.as_bytes()).map_err(EnterError::at("the host name"))?;
    make_read_only()?;
    mounts::lay_out(spec)?;
    netlink::set_up(spec)
}

/// Goes on in a child, the first process of the new pid namespace; the parent waits and ends as the child does.
fn become_first_process() -> Result<(), EnterError> {
    let (reading, writing) = io::pipe().map_err(EnterError::at("a pipe"))?;
    // SAFETY: there is one thread, so the child may do whatever the parent may.
    let child = match unsafe { libc::fork() } {
        -1 => return Err(EnterError::at("fork")(io::Error::last_os_error())),
        0 => None,
        child => Pid::from_raw(child),
    };
    if child.is_some() {
        drop(reading);
        let status = waitpid(child, WaitOptions::empty()).map_err(EnterError::at("waiting for the world"))?;
        drop(writing);
        let status = status.map(|(_, status)| {
            status.exit_status().or_else(|| status.terminating_signal().map(|signal| SIGNALLED + signal))
        });
        process::exit(status.flatten().unwrap_or(1));
    }
    drop(writing);
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(EnterError::at("tying it to its parent"))?;
    // The parent may have gone before that: then the other end of the pipe is closed.
    let mut ends = [PollFd::from_borrowed_fd(reading.as_fd(), PollFlags::IN)];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    let closed = poll(&mut ends, Some(&at_once)).map_err(EnterError::at("a pipe"))?;
    if closed == 0 { Ok(()) } else { Err(EnterError::Orphan) }
}

/// Takes every mount out of the machine's sight and makes it read-only in here. Devices can still be written to.
fn make_read_only() -> Result<(), EnterError> {
    let attributes = libc::mount_attr {
        attr_set: libc::MOUNT_ATTR_RDONLY,
        attr_clr: 0,
        propagation: libc::MS_PRIVATE,
        userns_fd: 0,
    };
    // SAFETY: the path ends in NUL, and the structure has the size that is given.
    let done = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            c"/".as_ptr(),
            libc::AT_RECURSIVE,
            &raw const attributes,
            size_of::<libc::mount_attr>(),
        )
    };
    if done == 0 { Ok(()) } else { Err(EnterError::at("mount_setattr of /")(io::Error::last_os_error())) }
}
