#include "app/clusters/cluster_form.h"

#include "app/ssh/ssh_hop.h"

#include <QUuid>

namespace coracle::app {

ClusterForm::ClusterForm(QObject *parent) : QObject(parent) {
    m_profile.kind = ClusterProfile::Kind::Ssh;
}

ClusterForm::~ClusterForm() = default;

void ClusterForm::setClusterId(const QString &id) {
    const Cluster *cluster = m_clusters ? m_clusters->find(id) : nullptr;
    if (!cluster || id == m_profile.id)
        return;
    m_profile = cluster->profile();
    m_port = QString::number(m_profile.port);
    Q_EMIT clusterIdChanged();
    Q_EMIT changed();
}

void ClusterForm::set(QString &member, const QString &value) {
    if (member == value)
        return;
    member = value;
    m_touched = true;
    if (m_test || !m_testText.isEmpty())
        endTest({}, {}); // it says nothing of what is entered now
    Q_EMIT changed();
}

void ClusterForm::setSsh(bool ssh) {
    if (ssh == this->ssh())
        return;
    m_profile.kind = ssh ? ClusterProfile::Kind::Ssh : ClusterProfile::Kind::Local;
    endTest({}, {});
    Q_EMIT changed();
}

void ClusterForm::setProduction(bool production) {
    if (production == m_profile.production)
        return;
    m_profile.production = production;
    Q_EMIT changed();
}

void ClusterForm::setHost(const QString &text) {
    const QString host = text.trimmed();
    const auto whole = host.contains(u'@') ? SshHop::parse(host) : errors::other("");
    if (!whole)
        return set(m_profile.host, host);
    m_profile.user = whole->user;
    m_port = QString::number(whole->port);
    set(m_profile.host, whole->host);
}

ClusterProfile ClusterForm::entered() const {
    ClusterProfile profile = m_profile;
    profile.port = m_port.toInt();
    if (profile.name.trimmed().isEmpty())
        profile.name = ssh() ? profile.host : tr("This device");
    return profile;
}

QString ClusterForm::hostError() const {
    if (!ssh() || !m_touched)
        return {};
    if (m_profile.host.isEmpty())
        return tr("Enter a name or an address.");
    return m_profile.host.contains(u' ') ? tr("A name or an address has no spaces.") : QString();
}

QString ClusterForm::portError() const {
    bool number = false;
    const int port = m_port.toInt(&number);
    return number && port >= 1 && port <= 65535 ? QString() : tr("A port is a number from 1 to 65535.");
}

QString ClusterForm::jumpHostError() const {
    const auto hop = SshHop::ofJumpHost(m_profile);
    return hop ? QString() : tr("Write user@host or user@host:port.");
}

bool ClusterForm::valid() const {
    if (!ssh())
        return true;
    return !m_profile.host.isEmpty() && hostError().isEmpty() && portError().isEmpty() && jumpHostError().isEmpty();
}

bool ClusterForm::testing() const {
    return m_test != nullptr;
}

void ClusterForm::forgetKeys() {
    m_profile.hostKey.clear();
    m_profile.jumpHostKey.clear();
    endTest({}, {});
    Q_EMIT changed();
}

void ClusterForm::test() {
    if (!m_clusters || !valid())
        return;
    // Secrets are kept under the cluster's id, so that the test need not ask in vain.
    if (m_profile.id.isEmpty())
        m_profile.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    endTest(tr("Connecting …"), QStringLiteral("info"));
    m_test = m_clusters->makeSession(entered());
    connect(m_test.get(), &Session::stateChanged, this, &ClusterForm::follow, Qt::QueuedConnection);
    connect(m_test.get(), &Session::hostKeyAccepted, this, [this](bool jump, const QString &key) {
        (jump ? m_profile.jumpHostKey : m_profile.hostKey) = key;
        Q_EMIT changed();
    });
    m_test->open();
    Q_EMIT testChanged();
}

void ClusterForm::follow() {
    if (!m_test)
        return;
    const QString error = QString::fromStdString(m_test->error().message);
    if (m_test->state() == Session::State::Connected)
        endTest(tr("Connected. One round trip takes %1 ms.").arg(m_test->latencyMs()), QStringLiteral("ok"));
    else if (!error.isEmpty())
        endTest(error, QStringLiteral("error"));
}

void ClusterForm::endTest(const QString &text, const QString &tone) {
    if (Session *session = m_test.release()) {
        disconnect(session, nullptr, this, nullptr);
        session->close();
        session->deleteLater(); // it may be what called
    }
    m_testText = text;
    m_testTone = tone;
    Q_EMIT testChanged();
}

void ClusterForm::save() {
    if (!m_clusters || !valid())
        return;
    endTest({}, {});
    const ClusterProfile profile = entered();
    if (!m_clusters->find(profile.id))
        return m_clusters->select(m_clusters->add(profile)->id());
    m_clusters->change(profile);
    m_clusters->select(profile.id);
}

} // namespace coracle::app
