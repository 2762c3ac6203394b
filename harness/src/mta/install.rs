//! Writes what a plan asks for into the sandbox: users, directories, files with their owners.

use std::{
    fs::{self, DirBuilder, File, Permissions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, chown},
    path::Path,
    time::Duration,
};

use super::{EvidenceBook, Plan, PlannedFile, PlannedUser};

/// The first id of users and groups that a plan adds.
const FIRST_ID: u32 = 700;
/// How long ago a file says it was written. Some MTAs wait on a configuration that was written just now.
const FILE_AGE: Duration = Duration::from_secs(60);

/// Why a plan could not be carried out.
#[derive(Debug, thiserror::Error)]
pub(super) enum InstallError {
    /// A file or directory.
    #[error("`{path}` could not be written: {source}")]
    File { path: String, source: io::Error },
    /// Nobody is called so.
    #[error("no user or group is called `{name}`")]
    Nobody { name: String },
}

/// Ids of a user and a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) user: u32,
    pub(super) group: u32,
}

/// Writes everything, in the order of the plan.
pub(super) fn install(plan: &Plan, evidence: &EvidenceBook) -> Result<(), InstallError> {
    add_users(&plan.users)?;
    for directory in &plan.directories {
        make_directory(&directory.path)
            .and_then(|()| set_mode(&directory.path, directory.mode))
            .map_err(at(&directory.path))?;
        give(&directory.path, directory.owner.as_deref(), directory.mode)?;
    }
    for file in &plan.files {
        if let Some(contents) = &file.contents {
            evidence.configured_by(file.path.display().to_string(), contents);
        }
        install_file(file)?;
    }
    plan.until_canary.iter().try_for_each(install_file)?;
    for log in &plan.logs {
        evidence.logs_to(log.clone());
    }
    Ok(())
}

/// Puts the files of the plan in the place of those that were there for the canary.
pub(super) fn install_for_case(plan: &Plan) -> Result<(), InstallError> {
    let was_there = |file: &&PlannedFile| plan.until_canary.iter().any(|other| other.path == file.path);
    plan.files.iter().filter(was_there).try_for_each(install_file)
}

fn install_file(file: &PlannedFile) -> Result<(), InstallError> {
    if let Some(contents) = &file.contents {
        write(&file.path, contents, file.mode).map_err(at(&file.path))?;
    }
    give(&file.path, file.owner.as_deref(), file.mode)
}

fn at(path: &Path) -> impl Fn(io::Error) -> InstallError + use<> {
    let path = path.display().to_string();
    move |source| InstallError::File { path: path.clone(), source }
}

fn make_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o755).create(path)
}

fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(mode))
}

fn write(path: &Path, contents: &[u8], mode: u32) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        make_directory(parent)?;
    }
    let mut file = File::create(path)?;
    // Before the contents: a key is at no time open to others.
    file.set_permissions(Permissions::from_mode(mode))?;
    file.write_all(contents)?;
    let written = file.metadata()?.modified()?;
    file.set_modified(written.checked_sub(FILE_AGE).unwrap_or(written))
}

/// Sets owner, and mode once more: a change of owner takes set-id bits away.
fn give(path: &Path, owner: Option<&str>, mode: u32) -> Result<(), InstallError> {
    let owner = owner.map_or(Ok(Owner { user: 0, group: 0 }), self::owner)?;
    chown(path, Some(owner.user), Some(owner.group)).and_then(|()| set_mode(path, mode)).map_err(at(path))
}

/// The ids of `user` or `user:group`, as this sandbox has them.
pub(super) fn owner(words: &str) -> Result<Owner, InstallError> {
    let (user, group) = words.split_once(':').map_or((words, None), |(user, group)| (user, Some(group)));
    let nobody = |name: &str| InstallError::Nobody { name: name.to_owned() };
    let users = read("/etc/passwd")?;
    let entry = entry(&users, user).ok_or_else(|| nobody(user))?;
    let own_group = entry.get(3).and_then(|id| id.parse().ok());
    let user = entry.get(2).and_then(|id| id.parse().ok()).ok_or_else(|| nobody(user))?;
    let Some(name) = group else {
        return Ok(Owner { user, group: own_group.unwrap_or(user) });
    };
    let groups = read("/etc/group")?;
    let group = self::entry(&groups, name).and_then(|entry| entry.get(2)?.parse().ok()).ok_or_else(|| nobody(name))?;
    Ok(Owner { user, group })
}

fn read(path: &str) -> Result<String, InstallError> {
    fs::read(path).map(|octets| String::from_utf8_lossy(&octets).into_owned()).map_err(at(Path::new(path)))
}

/// The fields of the line of passwd(5) or group(5) with this name.
fn entry<'a>(table: &'a str, name: &str) -> Option<Vec<&'a str>> {
    table.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| fields.first() == Some(&name))
}

fn add_users(users: &[PlannedUser]) -> Result<(), InstallError> {
    let (mut passwd, mut group) = (read("/etc/passwd")?, read("/etc/group")?);
    for (id, user) in (FIRST_ID..).zip(users) {
        let PlannedUser { name, members } = user;
        if entry(&group, name).is_none() {
            push_line(&mut group, &format!("{name}:x:{id}:{}", members.join(",")));
        }
        let group_id = entry(&group, name).and_then(|fields| fields.get(2)?.parse().ok()).unwrap_or(id);
        if entry(&passwd, name).is_none() {
            push_line(&mut passwd, &format!("{name}:x:{id}:{group_id}:{name}:/nonexistent:/bin/false"));
        }
    }
    for (path, table) in [("/etc/passwd", passwd), ("/etc/group", group)] {
        fs::write(path, table).map_err(at(Path::new(path)))?;
    }
    Ok(())
}

fn push_line(table: &mut String, line: &str) {
    if !table.is_empty() && !table.ends_with('\n') {
        table.push('\n');
    }
    table.push_str(line);
    table.push('\n');
}
