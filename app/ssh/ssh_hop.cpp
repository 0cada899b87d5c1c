#include "app/ssh/ssh_hop.h"

#include <QDir>
#include <QRegularExpression>
#include <pwd.h>
#include <unistd.h>

namespace coracle::app {

namespace {

QString userOr(const QString &user) {
    if (!user.isEmpty())
        return user;
    const passwd *self = ::getpwuid(::getuid());
    return self ? QString::fromLocal8Bit(self->pw_name) : QStringLiteral("root");
}

QString fileOf(const QString &text) {
    return text.startsWith(u"~/") ? QDir::homePath() + text.mid(1) : text;
}

} // namespace

QString SshHop::name() const {
    const QString plain = user + u'@' + host;
    return port == 22 ? plain : plain + u':' + QString::number(port);
}

Result<SshHop> SshHop::parse(const QString &text) {
    static const QRegularExpression form(
        QStringLiteral("^(?:([^@\\s]+)@)?(?:\\[([^\\]\\s]+)\\]|([^:@\\[\\]\\s]+))(?::(\\d{1,5}))?$"));
    const QRegularExpressionMatch match = form.match(text.trimmed());
    const int port = match.captured(4).isEmpty() ? 22 : match.captured(4).toInt();
    if (!match.hasMatch() || port < 1 || port > 65535)
        return errors::other("\"" + text.toStdString() + "\" is not a host: write user@host or user@host:port");
    return SshHop{.host = match.captured(2).isEmpty() ? match.captured(3) : match.captured(2),
                  .user = userOr(match.captured(1)),
                  .port = port};
}

SshHop SshHop::ofCluster(const ClusterProfile &profile) {
    return {.host = profile.host,
            .user = userOr(profile.user),
            .port = profile.port,
            .identityFile = fileOf(profile.identityFile),
            .pinnedKey = profile.hostKey};
}

Result<std::optional<SshHop>> SshHop::ofJumpHost(const ClusterProfile &profile) {
    if (profile.jumpHost.isEmpty())
        return std::optional<SshHop>();
    TRY(SshHop hop, parse(profile.jumpHost));
    hop.identityFile = fileOf(profile.identityFile);
    hop.pinnedKey = profile.jumpHostKey;
    hop.jump = true;
    return std::optional<SshHop>(std::move(hop));
}

} // namespace coracle::app
