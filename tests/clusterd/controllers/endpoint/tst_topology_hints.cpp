#include "clusterd/controllers/endpoint/topology_hints.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers;
using discoveryv1::Endpoint;

namespace {

/// "a b b ! -": a ready endpoint in zone a, two in zone b, one that is not ready, one without zone. Their addresses are
/// their numbers.
std::vector<Endpoint> endpoints(const QString &text) {
    std::vector<Endpoint> result;
    for (const QString &word : text.split(' ', Qt::SkipEmptyParts)) {
        Endpoint endpoint;
        endpoint.addresses.push_back(std::to_string(result.size()));
        endpoint.conditions.ready = word != "!";
        endpoint.nodeName = "node-" + std::to_string(result.size());
        if (word != "!" && word != "-")
            endpoint.zone = word.toStdString();
        result.push_back(std::move(endpoint));
    }
    return result;
}

/// The hinted zones, "." for none.
QString hints(HintMode mode, std::vector<Endpoint> all, const ZoneShares &shares,
              const std::map<std::string, std::string> &before = {}, std::string *why = nullptr) {
    std::vector<Endpoint *> pointers;
    for (Endpoint &endpoint : all)
        pointers.push_back(&endpoint);
    const std::string reason = setHints(mode, pointers, shares, before);
    if (why)
        *why = reason;
    QStringList words;
    for (const Endpoint &endpoint : all) {
        QString word = endpoint.hints && !endpoint.hints->forZones.empty()
                           ? QString::fromStdString(endpoint.hints->forZones.front().name)
                           : QString(".");
        if (endpoint.hints && !endpoint.hints->forNodes.empty())
            word += "/" + QString::fromStdString(endpoint.hints->forNodes.front().name);
        words << word;
    }
    return words.join(' ');
}

const ZoneShares kHalves{{"a", 0.5}, {"b", 0.5}};

} // namespace

class TopologyHintsTest : public QObject {
    Q_OBJECT

private slots:
    void topology_data() {
        QTest::addColumn<QString>("zones");
        QTest::addColumn<QString>("shares");
        QTest::addColumn<QString>("hinted");
        QTest::addColumn<QString>("why");
        QTest::newRow("even") << "a a b b" << "a:0.5 b:0.5" << "a a b b" << "";
        QTest::newRow("one too many") << "a a a b" << "a:0.5 b:0.5" << "b a a b" << "";
        QTest::newRow("all in one zone") << "a a a a" << "a:0.5 b:0.5" << "b b a a" << "";
        QTest::newRow("shares of CPU") << "a a b b b b" << "a:0.34 b:0.66" << "a a b b b b" << "";
        QTest::newRow("half an endpoint is not moved") << "a a a a b b b" << "a:0.5 b:0.5" << "a a a a b b b" << "";
        QTest::newRow("unready ones have no hint") << "a ! b" << "a:0.5 b:0.5" << "a . b" << "";
        QTest::newRow("a zone that has no node") << "a b c c" << "a:0.5 b:0.5" << "a b c c" << "";
        QTest::newRow("no shares") << "a b" << "" << ". ."
                                   << "Insufficient Node information: allocatable CPU or zone not specified on one or "
                                      "more nodes";
        QTest::newRow("fewer endpoints than zones")
            << "a" << "a:0.5 b:0.5" << "." << "Insufficient number of endpoints (1 endpoints, 2 zones)";
        QTest::newRow("no zone") << "a a - b" << "a:0.5 b:0.5" << ". . . ."
                                 << "One or more endpoints do not have a zone specified";
        QTest::newRow("uneven shares") << "a b b b" << "a:0.75 b:0.25" << "a a a b" << "";
        QTest::newRow("least of all is more than there are")
            << "a b c" << "a:0.45 b:0.45 c:0.1" << ". . ."
            << "Unable to allocate minimum required endpoints to each zone without exceeding overload threshold "
               "(3 endpoints, 3 zones)";
    }
    void topology() {
        QFETCH(QString, zones);
        QFETCH(QString, shares);
        ZoneShares byZone;
        for (const QString &word : shares.split(' ', Qt::SkipEmptyParts))
            byZone[word.section(':', 0, 0).toStdString()] = word.section(':', 1).toDouble();
        std::string why;
        QTEST(hints(HintMode::TopologyAuto, endpoints(zones), byZone, {}, &why), "hinted");
        QTEST(QString::fromStdString(why), "why");
    }

    void whatWasGivenAwayStays() {
        QCOMPARE(hints(HintMode::TopologyAuto, endpoints("a a a b"), kHalves, {{"2", "b"}}), QString("a a b b"));
        QCOMPARE(hints(HintMode::TopologyAuto, endpoints("a a b b"), kHalves, {{"1", "b"}}), QString("a a b b"));
    }

    void trafficDistribution() {
        QCOMPARE(hints(HintMode::PreferSameZone, endpoints("a - ! b"), {}), QString("a . . b"));
        QCOMPARE(hints(HintMode::PreferSameNode, endpoints("a - !"), {}), QString("a/node-0 ./node-1 ."));
        QCOMPARE(hints(HintMode::None, endpoints("a b"), kHalves), QString(". ."));
    }

    void modeOfAService() {
        corev1::Service service;
        QVERIFY(hintMode(service) == HintMode::None);
        for (const auto &[text, mode] :
             {std::pair("PreferClose", HintMode::PreferSameZone), std::pair("PreferSameZone", HintMode::PreferSameZone),
              std::pair("PreferSameNode", HintMode::PreferSameNode), std::pair("Elsewhere", HintMode::None)}) {
            service.spec.trafficDistribution = text;
            QVERIFY(hintMode(service) == mode);
        }
        service.spec.trafficDistribution = "PreferSameNode";
        service.metadata.annotations["service.kubernetes.io/topology-mode"] = "Auto";
        QVERIFY(hintMode(service) == HintMode::TopologyAuto);
        service.metadata.annotations["service.kubernetes.io/topology-aware-hints"] = "disabled";
        QVERIFY(hintMode(service) == HintMode::PreferSameNode);
    }

    void sharesOfTheNodes() {
        const auto shares = [](std::map<std::string, ZonedNode> nodes) { return zoneShares(nodes); };
        QCOMPARE(shares({{"n1", {"a", 1000, true}}, {"n2", {"b", 3000, true}}}),
                 (ZoneShares{{"a", 0.25}, {"b", 0.75}}));
        QCOMPARE(shares({{"n1", {"a", 1000, true}}, {"n2", {"b", 1000, true}}, {"n3", {"", 0, false}}}), kHalves);
        QVERIFY(shares({{"n1", {"a", 1000, true}}, {"n2", {"a", 1000, true}}}).empty());
        QVERIFY(shares({{"n1", {"a", 1000, true}}, {"n2", {"b", 1000, true}}, {"n3", {"", 1000, true}}}).empty());
        QVERIFY(shares({{"n1", {"a", 1000, true}}, {"n2", {"b", 0, true}}}).empty());
        QVERIFY(shares({}).empty());
    }
};

QTEST_APPLESS_MAIN(TopologyHintsTest)
#include "tst_topology_hints.moc"
