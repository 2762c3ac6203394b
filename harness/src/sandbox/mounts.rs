//! The file system of a sandbox: what the MTA writes lies in memory and goes with the world.

use std::{
    ffi::CString,
    fs, io,
    os::fd::{AsFd as _, OwnedFd},
    os::unix::{
        ffi::OsStrExt as _,
        fs::{PermissionsExt as _, symlink},
    },
    path::{Path, PathBuf},
};

use rustix::{
    fs::CWD,
    mount::{
        MountFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags, mount, mount_bind, mount_bind_recursive, move_mount,
        open_tree, unmount,
    },
};

use super::{EnterError, SandboxSpec};

/// Where the layers are put together: the first of these that the MTA's tree does not lie in. Both are covered by an
/// empty directory in memory afterwards.
const WORKSHOPS: [&str; 2] = ["/tmp", "/run"];
/// Directories of the machine that a world may write to without effect outside.
const LAYERED: [&str; 3] = ["etc", "usr", "var"];
/// Devices that are there.
const DEVICES: [&str; 6] = ["full", "null", "random", "tty", "urandom", "zero"];
/// Links of a device directory.
const DEVICE_LINKS: [(&str, &str); 4] = [
    ("fd", "/proc/self/fd"),
    ("stderr", "/proc/self/fd/2"),
    ("stdin", "/proc/self/fd/0"),
    ("stdout", "/proc/self/fd/1"),
];

/// Lays out the whole file system. Every mount of the machine is private and read-only by now.
pub(super) fn lay_out(spec: &SandboxSpec) -> Result<(), EnterError> {
    let tree = spec.root.as_deref();
    let shown = shown(&spec.shown).map_err(EnterError::at("a folder that is to be seen"))?;
    let [usual, other] = WORKSHOPS;
    let workshop = if tree.is_some_and(|tree| tree.starts_with(usual)) { other } else { usual };
    // Whoever checks that key files are safe looks at the directories above them: nobody else may write there.
    in_memory(workshop, c"mode=755").map_err(EnterError::at("a file system in memory"))?;
    for directory in LAYERED {
        layer(workshop, directory, tree).map_err(EnterError::at("an overlay"))?;
    }
    devices(workshop).map_err(EnterError::at("/dev"))?;
    unmount(workshop, UnmountFlags::DETACH).map_err(EnterError::at("the workshop"))?;
    in_memory("/tmp", c"mode=1777").map_err(EnterError::at("/tmp"))?;
    in_memory("/run", c"mode=755").map_err(EnterError::at("/run"))?;
    fs::create_dir_all("/run/lock").map_err(EnterError::at("/run"))?;
    for (folder, tree) in shown {
        show(&folder, &tree).map_err(EnterError::at("a folder that is to be seen"))?;
    }
    mount("proc", "/proc", "proc", MountFlags::NODEV | MountFlags::NOEXEC | MountFlags::NOSUID, None)
        .map_err(EnterError::at("/proc"))?;
    for (file, text) in files(spec) {
        replace(Path::new(file), &text).map_err(EnterError::at(file))?;
    }
    Ok(())
}

fn in_memory(target: &str, options: &std::ffi::CStr) -> io::Result<()> {
    Ok(mount("world", target, "tmpfs", MountFlags::NODEV | MountFlags::NOSUID, options)?)
}

/// Those folders that would be covered, and a hold of each, read-only as everything is by now. Outer ones first: what
/// lies in one of them is seen by it.
fn shown(folders: &[PathBuf]) -> io::Result<Vec<(PathBuf, OwnedFd)>> {
    let mut covered = Vec::new();
    for folder in folders {
        let folder = fs::canonicalize(folder)?;
        if WORKSHOPS.iter().any(|own| folder.starts_with(own)) {
            covered.push(folder);
        }
    }
    covered.sort();
    covered.dedup_by(|inner, outer| inner.starts_with(outer.as_path()));
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | OpenTreeFlags::AT_RECURSIVE;
    covered.into_iter().map(|folder| Ok((folder.clone(), open_tree(CWD, &folder, flags)?))).collect()
}

/// Puts a folder back where it was.
fn show(folder: &Path, tree: &OwnedFd) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    Ok(move_mount(tree.as_fd(), "", CWD, folder, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)?)
}

/// Lays a directory in memory over the MTA's files over the machine's.
fn layer(workshop: &str, directory: &str, root: Option<&Path>) -> io::Result<()> {
    let (upper, work) = (format!("{workshop}/{directory}/upper"), format!("{workshop}/{directory}/work"));
    fs::create_dir_all(&upper)?;
    fs::create_dir_all(&work)?;
    let machine = format!("/{directory}");
    fs::set_permissions(&upper, fs::metadata(&machine)?.permissions())?;
    let mut options = b"lowerdir=".to_vec();
    if let Some(tree) = root.map(|root| root.join(directory)).filter(|tree| tree.is_dir()) {
        options.extend(escaped(&tree));
        options.push(b':');
    }
    options.extend(format!("{machine},upperdir={upper},workdir={work}").into_bytes());
    let options = CString::new(options)?;
    Ok(mount("world", machine.as_str(), "overlay", MountFlags::empty(), options.as_c_str())?)
}

/// A path as overlay options have it: colons and commas divide them.
fn escaped(path: &Path) -> Vec<u8> {
    let mut octets = Vec::new();
    for &octet in path.as_os_str().as_bytes() {
        if matches!(octet, b'\\' | b':' | b',') {
            octets.push(b'\\');
        }
        octets.push(octet);
    }
    octets
}

/// A device directory of the world's own, so that `/dev/log` can be its own.
fn devices(workshop: &str) -> io::Result<()> {
    let own = PathBuf::from(workshop).join("dev");
    fs::create_dir(&own)?;
    for device in DEVICES {
        let (theirs, ours) = (Path::new("/dev").join(device), own.join(device));
        if theirs.exists() {
            fs::File::create(&ours)?;
            mount_bind(&theirs, &ours)?;
        }
    }
    for (link, to) in DEVICE_LINKS {
        symlink(to, own.join(link))?;
    }
    fs::create_dir(own.join("shm"))?;
    fs::set_permissions(own.join("shm"), fs::Permissions::from_mode(0o1777))?;
    Ok(mount_bind_recursive(&own, "/dev")?)
}

/// The files that say who and where the machine is.
fn files(spec: &SandboxSpec) -> [(&'static str, String); 5] {
    let SandboxSpec { address, hostname, resolvers, .. } = spec;
    let name_servers: String = resolvers.iter().map(|resolver| format!("nameserver {resolver}\n")).collect();
    let short = hostname.split('.').next().unwrap_or(hostname);
    [
        ("/etc/hostname", format!("{hostname}\n")),
        ("/etc/hosts", format!("127.0.0.1 localhost\n::1 localhost\n{address} {hostname} {short}\n")),
        ("/etc/mailname", format!("{hostname}\n")),
        (
            "/etc/nsswitch.conf",
            "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nservices: files\nprotocols: files\n"
                .to_owned(),
        ),
        ("/etc/resolv.conf", name_servers),
    ]
}

/// Writes a file in place of whatever is there: it may be a link that leads out of `/etc`.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::write(path, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_hold_what_divides_options() {
        assert_eq!(escaped(Path::new(r"/a:b,c\d")), br"/a\:b\,c\\d");
    }
}
