#pragma once

#include "app/session/live_session.h"
#include "tests/app/clusterd_fixture.h"

#include <QTest>

namespace coracle::app {

/// Base of the tests of the appliance's view-models: a clusterd of their own and a session to it.
class ApplianceTest : public QObject {
    Q_OBJECT

protected:
    Clusterd m_clusterd;
    NetworkThread m_network;
    std::unique_ptr<LiveSession> m_session;

private Q_SLOTS:
    void initTestCase() {
        const auto started = m_clusterd.start();
        QVERIFY2(started, started ? "" : started.error().message.c_str());
        m_session = std::make_unique<LiveSession>(m_network, std::make_unique<LocalLink>(m_clusterd.socketPath()));
        m_session->open();
        QVERIFY(waitConnected(*m_session));
    }
    void cleanupTestCase() { m_session.reset(); }
};

/// A role of a row by the name that QML uses.
inline QVariant roleOf(const QAbstractItemModel &model, int row, const QByteArray &role) {
    return model.data(model.index(row, 0), model.roleNames().key(role));
}

/// The row with this key; -1: there is none.
inline int rowOfKey(const QAbstractItemModel &model, const QString &key) {
    for (int row = 0; row < model.rowCount(); ++row)
        if (roleOf(model, row, "key") == key)
            return row;
    return -1;
}

} // namespace coracle::app
