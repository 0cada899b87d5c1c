#include "clusterd/controllers/content_hash.h"
#include "clusterd/controllers/history/revisions.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers;

namespace {

corev1::PodTemplateSpec templateWith(const char *image) {
    corev1::PodTemplateSpec podTemplate;
    podTemplate.metadata.labels["app"] = "x";
    podTemplate.spec.containers.emplace_back().image = image;
    return podTemplate;
}

appsv1::ControllerRevision numbered(int64_t number, const char *hash) {
    appsv1::ControllerRevision revision;
    revision.revision = number;
    revision.metadata.name = std::string("r-") + hash;
    revision.metadata.labels["controller-revision-hash"] = hash;
    return revision;
}

std::string namesOf(const history::Revisions &revisions) {
    std::string names;
    for (const appsv1::ControllerRevision &revision : revisions)
        names += revision.metadata.name + " ";
    return names;
}

} // namespace

class RevisionsTest : public QObject {
    Q_OBJECT

private slots:
    void aPatchReplacesTheTemplate() {
        const std::string patch = history::templatePatch(templateWith("one"));
        QVERIFY(patch.starts_with("{\"spec\":{\"template\":{\"$patch\":\"replace\","));
        QVERIFY(patch.find("\"image\":\"one\"") != std::string::npos);
        QCOMPARE(patch, history::templatePatch(templateWith("one")));
        QVERIFY(patch != history::templatePatch(templateWith("two")));
    }

    void comparesWhatIsMeant() {
        appsv1::ControllerRevision revision;
        const std::string patch = history::templatePatch(templateWith("one"));
        QVERIFY(!history::holds(revision, patch));
        revision.data.text = patch;
        QVERIFY(history::holds(revision, patch));
        QVERIFY(!history::holds(revision, history::templatePatch(templateWith("two"))));
        revision.data.text = "{\"b\": {\"d\": 1, \"c\": 2}, \"a\": 3}";
        QVERIFY(history::holds(revision, "{\"a\":3,\"b\":{\"c\":2,\"d\":1}}"));
        revision.data.text = "{";
        QVERIFY(!history::holds(revision, "{}"));
    }

    void hashesAreStableAndCountCollisions() {
        const std::string patch = history::templatePatch(templateWith("one"));
        const std::string hash = contentHash(patch, std::nullopt);
        QCOMPARE(hash, contentHash(patch, std::nullopt));
        QVERIFY(hash != contentHash(patch, 0));
        QVERIFY(contentHash(patch, 0) != contentHash(patch, 1));
        QVERIFY(hash.size() <= 10);
    }

    void makesARevision() {
        metav1::ObjectMeta owner;
        owner.name = std::string(250, 'n');
        owner.namespace_ = "ns";
        owner.uid = "u";
        owner.annotations["a"] = "b";
        const auto revision = history::make("apps/v1", "DaemonSet", owner, templateWith("one"), 7, std::nullopt);
        const std::string hash = contentHash(revision.data.text, std::nullopt);
        QCOMPARE(revision.metadata.name, std::string(223, 'n') + "-" + hash);
        QCOMPARE(revision.metadata.namespace_, std::string("ns"));
        QCOMPARE(revision.metadata.labels.at("app"), std::string("x"));
        QCOMPARE(std::string(history::hashLabel(revision.metadata)), hash);
        QCOMPARE(revision.metadata.annotations.at("a"), std::string("b"));
        QCOMPARE(revision.metadata.ownerReferences.at(0).uid, std::string("u"));
        QCOMPARE(revision.revision, int64_t(7));
        QVERIFY(history::holds(revision, history::templatePatch(templateWith("one"))));
    }

    void numbersGoUp() {
        QCOMPARE(history::nextNumber({}), int64_t(1));
        QCOMPARE(history::nextNumber({numbered(3, "a"), numbered(9, "b"), numbered(4, "c")}), int64_t(10));
    }

    void theOldestUnusedOnesAreSurplus_data() {
        QTest::addColumn<QStringList>("inUse");
        QTest::addColumn<int>("limit");
        QTest::addColumn<QString>("removed");
        QTest::newRow("room for all") << QStringList() << 4 << "";
        QTest::newRow("one too many") << QStringList() << 3 << "r-a ";
        QTest::newRow("all") << QStringList() << 0 << "r-a r-b r-c r-d ";
        QTest::newRow("a negative limit") << QStringList() << -1 << "r-a r-b r-c r-d ";
        QTest::newRow("the oldest is in use") << QStringList{"a"} << 3 << "r-b ";
        QTest::newRow("used ones count as kept") << QStringList{"a", "c"} << 1 << "r-b r-d ";
        QTest::newRow("all in use") << QStringList{"a", "b", "c", "d"} << 0 << "";
    }
    void theOldestUnusedOnesAreSurplus() {
        QFETCH(QStringList, inUse);
        QFETCH(int, limit);
        QFETCH(QString, removed);
        std::set<std::string, std::less<>> hashes;
        for (const QString &hash : inUse)
            hashes.insert(hash.toStdString());
        const history::Revisions revisions{numbered(3, "c"), numbered(1, "a"), numbered(4, "d"), numbered(2, "b")};
        QCOMPARE(namesOf(history::surplus(revisions, hashes, limit)), removed.toStdString());
    }
};

QTEST_GUILESS_MAIN(RevisionsTest)
#include "tst_revisions.moc"
