#!/usr/bin/perl
# Takes header fields out of messages that come in, line by line: smtpd-filters(7). Each argument is a family of fields;
# `own` is the Received field that smtpd itself puts in front, `journal` gives a field its name for outside.
use strict;
use warnings;

$| = 1;
my %is_asked = map { $_ => 1 } @ARGV;
my %family = (
    crossing     => qr/^X-MS-Exchange-CrossPremises-/i,
    forest       => qr/^X-MS-Exchange-Forest-/i,
    organization => qr/^X-MS-Exchange-Organization-/i,
    routing      => qr/^(?:Received\s*:|Resent-)/i,
);
my @taken_out = map { $family{$_} } grep { exists $family{$_} } @ARGV;
# For each session: how many fields of this message have begun, whether the present one goes, whether the header is over.
my %seen;

while (my $line = <STDIN>) {
    chomp $line;
    if ($line eq 'config|ready') {
        print "register|filter|smtp-in|data-line\nregister|ready\n";
        next;
    }
    next unless $line =~ /^filter\|/;
    my (undef, undef, undef, undef, undef, $session, $token, $text) = split /\|/, $line, 8;
    my $own = $seen{$session} //= { fields => 0, goes => 0, over => 0 };
    if ($text eq '.') {
        delete $seen{$session};
    } elsif ($own->{over}) {
        # The body is nobody's business.
    } elsif ($text eq '') {
        $own->{over} = 1;
    } elsif ($text =~ /^[ \t]/) {
        next if $own->{goes};
    } else {
        $own->{fields}++;
        $own->{goes} = $own->{fields} == 1 ? $is_asked{own} : scalar grep { $text =~ $_ } @taken_out;
        if ($is_asked{journal} && $text =~ s/^X-MS-Exchange-Organization-Journal-Report:/X-MS-Journal-Report:/i) {
            $own->{goes} = 0;
        }
        next if $own->{goes};
    }
    print "filter-dataline|$session|$token|$text\n";
}
