#include "app/setup/join_request.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <QUrl>

namespace coracle::app {

namespace {

class Words {
    Q_DECLARE_TR_FUNCTIONS(JoinRequest)
};

const QString kScheme = QStringLiteral("clusterd-join:");

/// Word after a flag in a command line: "--token x" or "--token=x".
QString argumentOf(const QString &text, const QString &flag) {
    const QRegularExpression expression(flag + QStringLiteral("[ =]+[\"']?([^\\s\"']+)"));
    return expression.match(text).captured(1);
}

} // namespace

JoinRequest JoinRequest::fromText(const QString &text) {
    const QString trimmed = text.trimmed();
    if (trimmed.startsWith(kScheme)) {
        const QString rest = trimmed.mid(kScheme.size());
        return {.server = rest.section(u'#', 0, 0), .token = rest.section(u'#', 1)};
    }
    return {.server = argumentOf(trimmed, QStringLiteral("--server")),
            .token = argumentOf(trimmed, QStringLiteral("--token"))};
}

QString JoinRequest::serverError() const {
    if (server.isEmpty())
        return Words::tr("The address of a server of the cluster is needed");
    const QUrl url(server, QUrl::StrictMode);
    if (!url.isValid() || url.scheme() != u"https" || url.host().isEmpty())
        return Words::tr("It must be like https://192.168.1.5:6443");
    if (!url.path().isEmpty() && url.path() != u"/")
        return Words::tr("Nothing may stand after the port");
    return {};
}

QString JoinRequest::tokenError() const {
    // K3s' forms: "K10<SHA-256 of the CA>::<user>:<password>" or with a bootstrap token, a bootstrap token alone, or
    // the server's plain secret.
    static const QRegularExpression secure(QStringLiteral("^K10[0-9a-f]{64}::(.+)$"));
    static const QRegularExpression plain(QStringLiteral("^\\S+$"));
    if (token.isEmpty())
        return Words::tr("A token is needed: make one on the other machine, under Tokens");
    if (!plain.match(token).hasMatch())
        return Words::tr("A token has no blanks");
    if (checksServer() && !secure.match(token).hasMatch())
        return Words::tr("The token is not complete: K10, 64 digits, two colons and the secret");
    return {};
}

QString JoinRequest::command() const {
    return serverError().isEmpty() && tokenError().isEmpty()
               ? QStringLiteral("clusterd agent --server %1 --token %2").arg(server, token)
               : QString();
}

} // namespace coracle::app
