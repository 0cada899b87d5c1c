#include "app/clusters/cluster_list.h"
#include "app/session/live_session.h"

#include <QAbstractItemModelTester>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace coracle;
using namespace coracle::app;

namespace {

QJsonObject readJson(const QString &path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

void writeText(const QString &path, const QByteArray &text) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

} // namespace

class ClusterListTest : public QObject {
    Q_OBJECT

    NetworkThread m_network;
    std::unique_ptr<QTemporaryDir> m_folder;
    int m_sessions = 0;

    QString file() const { return m_folder->filePath("sub/clusters.json"); }

    std::unique_ptr<ClusterList> list() {
        auto made = std::make_unique<ClusterList>(
            [this](const ClusterProfile &) {
                ++m_sessions;
                return std::make_unique<LiveSession>(m_network, std::make_unique<LocalLink>("/nowhere"));
            },
            file());
        return made;
    }

private Q_SLOTS:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_sessions = 0;
    }

    void keepsTheClusters() {
        QString second;
        {
            auto clusters = list();
            const QAbstractItemModelTester tester(clusters.get());
            QVERIFY(clusters->load());
            QCOMPARE(clusters->current(), nullptr);
            clusters->addLocal("/run/x.sock");
            QCOMPARE(clusters->current(), clusters->at(0));
            second = clusters->addSsh("", "root", "example.com", 2222, "/id", "jump@gate")->id();
            QCOMPARE(clusters->find(second)->name(), QString("example.com"));
            clusters->select(second);
        }
        auto clusters = list();
        QVERIFY(clusters->load());
        QCOMPARE(clusters->count(), 2);
        QCOMPARE(clusters->current()->id(), second);
        const ClusterProfile &profile = clusters->current()->profile();
        QCOMPARE(profile.port, 2222);
        QCOMPARE(profile.user, QString("root"));
        QCOMPARE(profile.jumpHost, QString("jump@gate"));
        QCOMPARE(clusters->at(0)->profile().socketPath, QString("/run/x.sock"));
    }

    void changesAndRemoves() {
        auto clusters = list();
        const QAbstractItemModelTester tester(clusters.get());
        clusters->addLocal();
        Cluster *remote = clusters->addSsh("far", "root", "example.com", 22, {}, {});
        clusters->select(remote->id());
        QCOMPARE(m_sessions, 2);

        // A name, the mark and pinned keys need no new connection; another host does.
        ClusterProfile profile = remote->profile();
        profile.name = "farther";
        profile.production = true;
        profile.hostKey = "SHA256:abc";
        clusters->change(profile);
        QCOMPARE(m_sessions, 2);
        QCOMPARE(clusters->current(), remote);
        QCOMPARE(remote->name(), QString("farther"));
        QCOMPARE(readJson(file())["clusters"].toArray()[1].toObject()["hostKey"].toString(), QString("SHA256:abc"));
        profile.host = "other.example.com";
        QSignalSpy current(clusters.get(), &ClusterList::currentChanged);
        clusters->change(profile);
        QCOMPARE(m_sessions, 3);
        QCOMPARE(current.count(), 1);
        QCOMPARE(clusters->current()->id(), profile.id);
        // The key of the old host says nothing of the new one.
        QCOMPARE(clusters->current()->profile().hostKey, QString());

        clusters->remove(profile.id);
        QCOMPARE(clusters->count(), 1);
        QCOMPARE(clusters->current(), clusters->at(0));
        clusters->remove(clusters->at(0)->id());
        QCOMPARE(clusters->current(), nullptr);
        QCOMPARE(readJson(file())["clusters"].toArray().size(), 0);
        clusters->remove("unknown");
    }

    void putsADamagedFileAside() {
        list()->addLocal();
        writeText(file(), "{\"clusters\": [");
        auto clusters = list();
        const auto loaded = clusters->load();
        QVERIFY(!loaded);
        QVERIFY(QString::fromStdString(loaded.error().message).contains(".unreadable"));
        QVERIFY(QFile::exists(file() + ".unreadable"));
        QCOMPARE(clusters->count(), 0);
        clusters->addLocal();
        QCOMPARE(readJson(file())["clusters"].toArray().size(), 1);
    }

    /// What a newer version wrote is not lost.
    void keepsWhatItDoesNotKnow() {
        list()->addLocal();
        QJsonObject all = readJson(file());
        QJsonArray array = all["clusters"].toArray();
        array.append(QJsonObject{{"id", "new"}, {"kind", "quantum"}});
        all["clusters"] = array;
        writeText(file(), QJsonDocument(all).toJson());
        auto clusters = list();
        QVERIFY(!clusters->load());
        QCOMPARE(clusters->count(), 1);
        clusters->addDemo();
        const QJsonArray kept = readJson(file())["clusters"].toArray();
        QCOMPARE(kept.size(), 3);
        QCOMPARE(kept.last().toObject()["kind"].toString(), QString("quantum"));
    }
};

QTEST_GUILESS_MAIN(ClusterListTest)
#include "tst_cluster_list.moc"
