#include "app/setup/join_form.h"

namespace coracle::app {

void JoinForm::set(QString &field, const QString &text) {
    if (const JoinRequest whole = JoinRequest::fromText(text); !whole.server.isEmpty() && !whole.token.isEmpty())
        m_request = whole;
    else if (field != text.trimmed())
        field = text.trimmed();
    else
        return;
    Q_EMIT changed();
}

void JoinForm::setServer(const QString &text) {
    set(m_request.server, text);
}

void JoinForm::setToken(const QString &text) {
    set(m_request.token, text);
}

QString JoinForm::trustText() const {
    if (m_request.command().isEmpty())
        return {};
    return checksServer() ? tr("The token names the cluster's certificate: the machine joins only the right cluster.")
                          : tr("The token does not name the cluster's certificate: the machine trusts whoever answers "
                               "at this address.");
}

} // namespace coracle::app
