//! Lines of a `world` fence that say who there is beside the judged server: sites, links, servers, subscriptions.

use std::net::IpAddr;

use crate::case::{
    Line, LineMistake,
    names::Names,
    organisation::{KEYS, LinkSpec, OrganisationSpec, Profile, Role, SITE_DEFAULT, ServerSpec, SubscriptionSpec},
    words::{Word, expecting, mistake_at, nearest},
};

impl OrganisationSpec {
    /// Whose defaults hold; on an Edge server the judged one is that.
    pub(super) fn choose(&mut self, profile: Profile) {
        self.profile = profile;
        // No line has named a server yet: this is the one by default.
        if let Some(first) = self.servers.first_mut().filter(|_| profile == Profile::Edge) {
            first.roles = vec![Role::Edge];
        }
    }

    /// `key NAME=VALUE`
    pub(super) fn set_key(&mut self, line: Line<'_>, setting: Word<'_>) -> Result<(), LineMistake> {
        let (name, value) = setting.text.split_once('=').unwrap_or((setting.text, ""));
        let (key, values) = KEYS.into_iter().find(|(key, _)| *key == name).ok_or_else(|| {
            let near = nearest(name, KEYS.map(|(key, _)| key));
            expecting(mistake_at(line, setting, format!("no key is called `{name}`")), near)
        })?;
        let place = Word { text: value, start: setting.start + (name.len() + 1).min(setting.text.len()) };
        let value = values.iter().copied().find(|known| *known == value).ok_or_else(|| {
            expecting(mistake_at(line, place, format!("`{value}` is no value of `{key}`")), values.iter().copied())
        })?;
        if self.keys.iter().any(|(known, _)| *known == key) {
            return Err(mistake_at(line, setting, format!("the key `{key}` stands there twice")));
        }
        self.keys.push((key, value));
        Ok(())
    }

    /// `mailbox MAILBOX on SERVER`, of one of these domains.
    pub(super) fn add_mailbox(
        &mut self,
        line: Line<'_>,
        mailbox: Word<'_>,
        server: Word<'_>,
        (accepts, names): (&[String], Names<'_>),
    ) -> Result<(), LineMistake> {
        let domain = mailbox.text.rsplit_once('@').map_or("", |(_, domain)| domain);
        if names.mailbox_fault(mailbox.text).is_some() || !accepts.iter().any(|own| own.eq_ignore_ascii_case(domain)) {
            let message = format!("`{}` is no mailbox of an accepted domain", mailbox.text);
            return Err(expecting(mistake_at(line, mailbox, message), accepts.iter().cloned()));
        }
        if self.mailboxes.iter().any(|(known, _)| known == mailbox.text) {
            return Err(mistake_at(line, mailbox, format!("`{}` stands there twice", mailbox.text)));
        }
        let others = || self.servers.iter().skip(1).filter(|own| own.roles.contains(&Role::MailboxTransport));
        let keeper = self.server(server.text).filter(|found| others().any(|own| own.name == found.name));
        let keeper = keeper.ok_or_else(|| {
            let message = format!("no other server with the role `mailbox-transport` is called `{}`", server.text);
            let near = nearest(server.text, others().map(|own| own.name.as_str()));
            expecting(mistake_at(line, server, message), near)
        })?;
        self.mailboxes.push((mailbox.text.to_owned(), keeper.name.clone()));
        Ok(())
    }

    /// `site NAME`
    pub(super) fn add_site(&mut self, line: Line<'_>, name: Word<'_>) -> Result<(), LineMistake> {
        if self.site(name.text).is_some() {
            return Err(mistake_at(line, name, format!("a second site is called `{}`", name.text)));
        }
        self.sites.push(name.text.to_owned());
        Ok(())
    }

    /// `link SITE SITE cost=N`
    pub(super) fn add_link(&mut self, line: Line<'_>, ends: [Word<'_>; 2], cost: Word<'_>) -> Result<(), LineMistake> {
        let sites = [self.site_of(line, ends[0])?, self.site_of(line, ends[1])?];
        if sites[0] == sites[1] {
            return Err(mistake_at(line, ends[1], format!("a link leads from `{}` to itself", sites[0])));
        }
        let number = cost.text.strip_prefix("cost=").and_then(|number| number.parse().ok());
        let cost = number.filter(|cost| *cost > 0).ok_or_else(|| {
            let message = format!("`{}` is no cost of a link: a number from 1", cost.text);
            expecting(mistake_at(line, cost, message), ["cost=10"])
        })?;
        self.links.push(LinkSpec { sites, cost });
        Ok(())
    }

    /// `server NAME ADDRESS [site=SITE] [roles=ROLE,...]`; name and address are read already.
    pub(super) fn add_server(
        &mut self,
        line: Line<'_>,
        (name_word, name): (Word<'_>, String),
        (address_word, address): (Word<'_>, IpAddr),
        options: &[Word<'_>],
    ) -> Result<(), LineMistake> {
        if self.server(&name).is_some() {
            return Err(mistake_at(line, name_word, format!("a second server is called `{name}`")));
        }
        if let Some(other) = self.servers.iter().find(|server| server.address == address) {
            return Err(mistake_at(line, address_word, format!("`{address}` is the address of `{}`", other.name)));
        }
        let is_first = self.servers.is_empty();
        let mut server = ServerSpec { name, address, site: SITE_DEFAULT.to_owned(), roles: Role::MAILBOX.to_vec() };
        if is_first && self.profile == Profile::Edge {
            server.roles = vec![Role::Edge];
        }
        let mut known = Vec::new();
        for option in options {
            match option.text.split_once('=') {
                Some((key, value)) if !known.contains(&key) => {
                    known.push(key);
                    let place = Word { text: value, start: option.start + key.len() + 1 };
                    match key {
                        "roles" => server.roles = roles(line, place)?,
                        "site" => server.site = self.site_of(line, place)?,
                        _ => return Err(no_option(line, *option, ["roles=", "site="])),
                    }
                }
                _ => return Err(no_option(line, *option, ["roles=", "site="])),
            }
        }
        if is_first && self.profile == Profile::Edge && server.roles != [Role::Edge] {
            return Err(mistake_at(line, name_word, "`profile edge` makes the judged server an Edge server"));
        }
        self.servers.push(server);
        Ok(())
    }

    /// `subscribe SERVER to SITE [no-internet] [no-inbound]`
    pub(super) fn subscribe(
        &mut self,
        line: Line<'_>,
        edge: Word<'_>,
        site: Word<'_>,
        options: &[Word<'_>],
    ) -> Result<(), LineMistake> {
        let site = self.site_of(line, site)?;
        let server = self.server(edge.text).filter(|server| server.roles == [Role::Edge]).ok_or_else(|| {
            let edges = self.servers.iter().filter(|server| server.roles == [Role::Edge]);
            let near = nearest(edge.text, edges.map(|server| server.name.as_str()));
            expecting(mistake_at(line, edge, format!("no Edge server is called `{}`", edge.text)), near)
        })?;
        let mut subscription = SubscriptionSpec { edge: server.name.clone(), site, internet: true, inbound: true };
        if self.subscriptions.iter().any(|other| other.edge == subscription.edge) {
            return Err(mistake_at(line, edge, format!("`{}` is subscribed already", edge.text)));
        }
        for option in options {
            match option.text {
                "no-inbound" => subscription.inbound = false,
                "no-internet" => subscription.internet = false,
                _ => return Err(no_option(line, *option, ["no-inbound", "no-internet"])),
            }
        }
        self.subscriptions.push(subscription);
        Ok(())
    }

    fn site_of(&self, line: Line<'_>, name: Word<'_>) -> Result<String, LineMistake> {
        self.site(name.text).map(str::to_owned).ok_or_else(|| {
            let near = nearest(name.text, self.sites.iter().map(String::as_str));
            expecting(mistake_at(line, name, format!("no site is called `{}`", name.text)), near)
        })
    }
}

/// `edge`, or others with commas between.
fn roles(line: Line<'_>, list: Word<'_>) -> Result<Vec<Role>, LineMistake> {
    let mut found = Vec::new();
    let mut start = list.start;
    for text in list.text.split(',') {
        let place = Word { text, start };
        start += text.len() + 1;
        let (_, role) = Role::WORDS.into_iter().find(|(word, _)| *word == text).ok_or_else(|| {
            let near = nearest(text, Role::WORDS.map(|(word, _)| word));
            expecting(mistake_at(line, place, format!("no role is called `{text}`")), near)
        })?;
        if found.contains(&role) {
            return Err(mistake_at(line, place, format!("the role `{text}` stands there twice")));
        }
        found.push(role);
    }
    if found.contains(&Role::Edge) && found.len() > 1 {
        return Err(mistake_at(line, list, "an Edge server has no other role"));
    }
    found.sort_unstable();
    Ok(found)
}

fn no_option(line: Line<'_>, option: Word<'_>, known: [&str; 2]) -> LineMistake {
    let wrong = mistake_at(line, option, format!("`{}` cannot stand here", option.text));
    expecting(wrong, known)
}
