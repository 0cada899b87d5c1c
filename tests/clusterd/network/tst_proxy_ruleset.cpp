#include "clusterd/network/proxy/nftables.h"
#include "clusterd/network/proxy/ruleset.h"

#include <QTest>
#include <fmt/format.h>
#include <random>
#include <sched.h>
#include <sstream>

using namespace coracle;
using namespace coracle::network;
using namespace coracle::network::proxy;

namespace {

Desired randomDesired(std::mt19937 &random, Family family) {
    const bool four = family == Family::IPv4;
    auto pick = [&](int most) { return static_cast<int>(random() % static_cast<unsigned>(most)); };
    Desired desired;
    desired.family = family;
    desired.clusterCidr = four ? "10.42.0.0/16" : "fd42::/48";
    desired.podCidr = four ? "10.42.0.0/24" : "fd42::/64";
    for (int i = 0; i < 6; ++i) {
        if (pick(3) == 0)
            continue;
        ServicePort service;
        service.name = fmt::format("ns/svc{}:http", i);
        service.protocol = pick(2) ? "tcp" : "udp";
        service.clusterIp = four ? fmt::format("10.43.0.{}", i + 1) : fmt::format("fd43::{}", i + 1);
        service.port = 80;
        if (pick(2))
            service.nodePort = static_cast<uint16_t>(30000 + i);
        if (pick(4) == 0)
            service.externalIps = {four ? fmt::format("192.0.2.{}", i + 1) : fmt::format("2001:db8::{}", i + 1)};
        service.externalLocal = pick(3) == 0;
        service.internalLocal = pick(4) == 0;
        service.affinitySeconds = pick(4) == 0 ? 60 : 0;
        for (int e = pick(4); e > 0; --e)
            service.endpoints.push_back(
                {four ? fmt::format("10.42.0.{}", i * 10 + e) : fmt::format("fd42::{}", i * 10 + e), 8080,
                 pick(2) == 0});
        desired.services.push_back(std::move(service));
    }
    if (pick(2))
        desired.hostPorts.push_back({"ns/pod", "tcp", pick(2) ? "" : (four ? "192.0.2.77" : "2001:db8::77"), 8081,
                                     four ? "10.42.0.99" : "fd42::99", 80});
    return desired;
}

/// A listing as its sorted words: the kernel lists chains and elements in the order of their making and hashing.
std::vector<std::string> words(const std::string &listing, const std::string &table) {
    std::vector<std::string> words;
    std::istringstream stream(listing);
    for (std::string word; stream >> word;) {
        if (word.ends_with(','))
            word.pop_back();
        if (word != table)
            words.push_back(word);
    }
    std::sort(words.begin(), words.end());
    return words;
}

} // namespace

class ProxyRulesetTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        // A network namespace of our own: the machine's tables are never touched, and all goes with the process.
        if (::unshare(CLONE_NEWNET) != 0)
            QSKIP("a network namespace needs root");
    }

    void theKernelTakesEveryStepAndEndsTheSame_data() {
        QTest::addColumn<int>("family");
        QTest::newRow("IPv4") << 0;
        QTest::newRow("IPv6") << 1;
    }

    /// After any sequence of small updates the kernel lists what one replacement from scratch gives.
    void theKernelTakesEveryStepAndEndsTheSame() {
        QFETCH(int, family);
        const char *name = family ? "ip6" : "ip";
        Nftables nft;
        std::mt19937 random(7);
        Ruleset current;
        auto started = nft.run(replaceCommands(name, "stepwise", current));
        QVERIFY2(started, started ? "" : started.error().message.c_str());
        for (int step = 0; step < 40; ++step) {
            const Ruleset wanted = buildRuleset(randomDesired(random, static_cast<Family>(family)));
            const std::string commands = updateCommands(name, "stepwise", current, wanted);
            auto updated = nft.run(commands);
            QVERIFY2(updated, updated ? "" : (updated.error().message + "\n" + commands).c_str());
            current = wanted;
            QVERIFY(nft.run(replaceCommands(name, "fresh", wanted)).has_value());
            auto stepwise = nft.query(fmt::format("list table {} stepwise", name));
            auto fresh = nft.query(fmt::format("list table {} fresh", name));
            QVERIFY(stepwise && fresh);
            QCOMPARE(words(*stepwise, "stepwise"), words(*fresh, "fresh"));
        }
    }

    void equalStatesNeedNoCommands() {
        std::mt19937 random(3);
        const Desired desired = randomDesired(random, Family::IPv4);
        QVERIFY(updateCommands("ip", "t", buildRuleset(desired), buildRuleset(desired)).empty());
    }

    void oneMoreEndpointTouchesOneService() {
        Desired desired;
        desired.clusterCidr = desired.podCidr = "10.42.0.0/24";
        for (int i = 0; i < 50; ++i)
            desired.services.push_back({.name = fmt::format("a/s{}:", i),
                                        .protocol = "tcp",
                                        .clusterIp = fmt::format("10.43.0.{}", i + 1),
                                        .port = 80,
                                        .endpoints = {{"10.42.0.5", 80, true}}});
        const Ruleset before = buildRuleset(desired);
        desired.services[7].endpoints.push_back({"10.42.0.6", 80, true});
        const std::string commands = updateCommands("ip", "t", before, buildRuleset(desired));
        QVERIFY(std::count(commands.begin(), commands.end(), '\n') < 10);
    }

    void servicesWithoutEndpointsRefuse() {
        Desired desired;
        desired.services.push_back(
            {.name = "a/s:", .protocol = "tcp", .clusterIp = "10.43.0.1", .port = 80, .nodePort = 30080});
        const Ruleset rules = buildRuleset(desired);
        QCOMPARE(rules.sets.at("no-endpoint-services").elements.at("10.43.0.1 . tcp . 80"), std::string("goto refuse"));
        QCOMPARE(rules.sets.at("no-endpoint-nodeports").elements.at("tcp . 30080"), std::string("goto refuse"));
        QVERIFY(rules.sets.at("service-ips").elements.empty());
    }

    void localPolicyDropsWhereNoEndpointIsLocal() {
        Desired desired;
        desired.services.push_back({.name = "a/s:",
                                    .protocol = "tcp",
                                    .clusterIp = "10.43.0.1",
                                    .port = 80,
                                    .nodePort = 30080,
                                    .externalLocal = true,
                                    .endpoints = {{"10.42.1.5", 80, false}}});
        const Ruleset rules = buildRuleset(desired);
        QCOMPARE(rules.sets.at("no-endpoint-nodeports").elements.at("tcp . 30080"), std::string("drop"));
        QVERIFY(rules.sets.at("service-ips").elements.contains("10.43.0.1 . tcp . 80"));
    }
};

QTEST_GUILESS_MAIN(ProxyRulesetTest)
#include "tst_proxy_ruleset.moc"
