#pragma once

#include <QString>

/// What a machine needs for joining a cluster. Pure; any thread.
namespace coracle::app {

struct JoinRequest {
    QString server; ///< "https://192.168.1.5:6443"
    QString token;

    /// A scanned QR code ("clusterd-join:<server>#<token>"), or a command line with --server and --token. Other texts
    /// give nothing.
    static JoinRequest fromText(const QString &text);

    /// What is wrong, in words; empty: it may be tried.
    QString serverError() const;
    QString tokenError() const;
    /// The token names the cluster's CA, so that the machine knows that it speaks to the right one.
    bool checksServer() const { return token.startsWith(QStringLiteral("K10")); }
    /// For a shell on the machine that is to join; empty while something is wrong.
    QString command() const;
};

} // namespace coracle::app
