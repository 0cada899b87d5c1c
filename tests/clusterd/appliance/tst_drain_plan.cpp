#include "clusterd/appliance/drain_plan.h"

#include "core/api/typed.h"

#include <QTest>

using namespace coracle;
using namespace coracle::appliance;

namespace {

const char *kOwned = "\"ownerReferences\":[{\"kind\":\"ReplicaSet\",\"name\":\"web\",\"controller\":true}]";
const char *kOfDaemonSet = "\"ownerReferences\":[{\"kind\":\"DaemonSet\",\"name\":\"log\",\"controller\":true}]";
const char *kOfGoneDaemonSet = "\"ownerReferences\":[{\"kind\":\"DaemonSet\",\"name\":\"gone\",\"controller\":true}]";
const char *kMirror = "\"annotations\":{\"kubernetes.io/config.mirror\":\"x\"}";
const char *kDeleting = "\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"";
const char *kEmptyDir = "\"volumes\":[{\"name\":\"a\",\"emptyDir\":{}}]";

QString join(std::initializer_list<const char *> parts) {
    QStringList list;
    for (const char *part : parts)
        list.append(part);
    return list.join(',');
}

} // namespace

class DrainPlanTest : public QObject {
    Q_OBJECT

private slots:
    void plan_data() {
        QTest::addColumn<QString>("metadata");
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("phase");
        QTest::addColumn<QString>("options"); // i: not ignoreDaemonSets, e: deleteEmptyDirData, f: force
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *name, QString metadata, QString spec, const char *phase, const char *options,
                            const char *expected) {
            QTest::newRow(name) << metadata << spec << phase << options << expected;
        };
        row("of a ReplicaSet", kOwned, "", "Running", "", "evict");
        row("alone", "", "", "Running", "", "refuse: no controller");
        row("alone, forced", "", "", "Running", "f", "evict");
        row("alone, done", "", "", "Succeeded", "", "evict");
        row("of a DaemonSet", kOfDaemonSet, "", "Running", "", "skip: it belongs to a DaemonSet");
        row("of a DaemonSet, not ignored", kOfDaemonSet, "", "Running", "i", "refuse: it belongs to a DaemonSet");
        row("of a DaemonSet, forced", kOfDaemonSet, "", "Running", "f", "skip: it belongs to a DaemonSet");
        row("of a DaemonSet, done", kOfDaemonSet, "", "Failed", "", "evict");
        row("of a DaemonSet that is gone", kOfGoneDaemonSet, "", "Running", "", "refuse: no controller");
        row("of a DaemonSet that is gone, forced", kOfGoneDaemonSet, "", "Running", "f", "evict");
        row("static", kMirror, "", "Running", "", "skip: it comes from a file");
        row("emptyDir", kOwned, kEmptyDir, "Running", "", "refuse: what is in its emptyDir");
        row("emptyDir, forced", kOwned, kEmptyDir, "Running", "f", "refuse: what is in its emptyDir");
        row("emptyDir, may be lost", kOwned, kEmptyDir, "Running", "e", "evict");
        row("emptyDir of a DaemonSet", kOfDaemonSet, kEmptyDir, "Running", "", "skip: it belongs to a DaemonSet");
        row("going already", join({kOwned, kDeleting}), "", "Running", "", "evict, evicted");
    }
    void plan() {
        QFETCH(QString, metadata);
        QFETCH(QString, spec);
        QFETCH(QString, phase);
        QFETCH(QString, options);
        QFETCH(QString, expected);
        const QString json = QString("{\"metadata\":{\"name\":\"p\",\"namespace\":\"n\"%1},\"spec\":{%2},"
                                     "\"status\":{\"phase\":\"%3\"}}")
                                 .arg(metadata.isEmpty() ? QString() : "," + metadata, spec, phase);
        const auto pod = api::decode<corev1::Pod>(std::string_view(json.toStdString()));
        QVERIFY2(pod.has_value(), qPrintable(json));
        const DrainOptions chosen{.ignoreDaemonSets = !options.contains('i'),
                                  .deleteEmptyDirData = options.contains('e'),
                                  .force = options.contains('f')};
        const auto plan =
            planDrain({*pod}, chosen, [](const std::string &, const std::string &name) { return name == "log"; });
        QCOMPARE(plan.size(), size_t(1));
        static const char *kActions[] = {"evict", "skip", "refuse"};
        QString got = kActions[static_cast<size_t>(plan[0].action)];
        if (!plan[0].reason.empty())
            got += ": " + QString::fromStdString(plan[0].reason);
        if (plan[0].state == DrainState::Evicted)
            got += ", evicted";
        QVERIFY2(got.startsWith(expected), qPrintable(got));
        QCOMPARE(refusals(plan).size(), size_t(plan[0].action == DrainAction::Refuse));
    }
};

QTEST_GUILESS_MAIN(DrainPlanTest)
#include "tst_drain_plan.moc"
