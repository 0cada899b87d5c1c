#include "clusterd/network/proxy/endpoint_choice.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle::network::proxy;

namespace {

/// "<address> <node> <state: ready|drains|off> [z:<zones>] [n:<nodes>]", separated by semicolons.
std::vector<Candidate> candidates(const QString &text) {
    std::vector<Candidate> result;
    for (const QString &line : text.split(';', Qt::SkipEmptyParts)) {
        const QStringList words = line.split(' ', Qt::SkipEmptyParts);
        Candidate candidate{.address = words[0].toStdString(), .port = 80, .nodeName = words[1].toStdString()};
        candidate.ready = words[2] == "ready";
        candidate.drains = words[2] == "drains";
        for (const QString &word : words.mid(3))
            for (const QString &name : word.mid(2).split(','))
                (word.startsWith("z:") ? candidate.forZones : candidate.forNodes).push_back(name.toStdString());
        result.push_back(std::move(candidate));
    }
    return result;
}

/// "a" for the policy Cluster alone, "a+" for both, "a!" for Local alone.
QString shown(const std::vector<Endpoint> &endpoints) {
    QStringList words;
    for (const Endpoint &endpoint : endpoints)
        words << QString::fromStdString(endpoint.address) + (!endpoint.cluster ? "!" : endpoint.local ? "+" : "");
    return words.join(' ');
}

} // namespace

class EndpointChoiceTest : public QObject {
    Q_OBJECT

private slots:
    void chooses_data() {
        QTest::addColumn<QString>("endpoints");
        QTest::addColumn<QString>("chosen");
        // This node is n1, in zone z1.
        QTest::newRow("none") << "" << "";
        QTest::newRow("all that are ready") << "b n2 ready;a n1 ready;c n2 off" << "a+ b";
        QTest::newRow("draining only when none is ready") << "a n1 drains;b n2 ready" << "a! b";
        QTest::newRow("all drain") << "a n1 drains;b n2 drains" << "a+ b";
        QTest::newRow("this zone") << "a n1 ready z:z1;b n2 ready z:z2" << "a+";
        QTest::newRow("a local endpoint that is meant for others") << "a n1 ready z:z2;b n2 ready z:z1" << "a! b";
        QTest::newRow("one without a hint") << "a n1 ready z:z1;b n2 ready" << "a+ b";
        QTest::newRow("unready ones need no hint") << "a n1 ready z:z1;b n2 off;c n2 ready z:z2" << "a+";
        QTest::newRow("no hint for this zone") << "a n2 ready z:z2;b n3 ready z:z3" << "a b";
        QTest::newRow("this node before the zone") << "a n1 ready z:z1 n:n1;b n2 ready z:z1 n:n2" << "a+";
        QTest::newRow("else the zone") << "a n2 ready z:z1 n:n2;b n3 ready z:z2 n:n3" << "a";
        QTest::newRow("several zones") << "a n2 ready z:z1,z2;b n3 ready z:z2" << "a";
    }
    void chooses() {
        QFETCH(QString, endpoints);
        QTEST(shown(chooseEndpoints(candidates(endpoints), "n1", "z1")), "chosen");
    }

    void aNodeWithoutZoneFollowsNoZone() {
        QCOMPARE(shown(chooseEndpoints(candidates("a n1 ready z:z1;b n2 ready z:z2"), "n1", "")), QString("a+ b"));
    }
};

QTEST_APPLESS_MAIN(EndpointChoiceTest)
#include "tst_endpoint_choice.moc"
