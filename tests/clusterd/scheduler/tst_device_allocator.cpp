#include "clusterd/scheduler/plugins/dynamic_resources/allocator.h"
#include "core/api/typed.h"
#include "tests/clusterd/scheduler/device_testing.h"

#include <QTest>
#include <algorithm>
#include <random>

using namespace coracle;
using namespace coracle::scheduler;
using namespace coracle::scheduler::testing;

namespace {

struct Fixture {
    Fixture() { addClass("gpu"); }
    void addClass(std::string_view name, const std::string &spec = {}) {
        classes[std::string(name)] =
            *api::decode<resourcev1::DeviceClass>(std::string_view(deviceClassJson(name, spec)));
    }
    void addSlice(std::string_view name, const std::string &devices, const SliceOptions &options = {}) {
        QVERIFY(pools.set(*toObject(sliceJson(name, devices, options))));
    }
    resourcev1::ResourceClaim claim(const std::string &requests, const std::string &more = {}) {
        return *api::decode<resourcev1::ResourceClaim>(std::string_view(claimJson("c", requests, more)));
    }
    Result<std::optional<DeviceAllocation>> allocate(const std::vector<resourcev1::ResourceClaim> &claims,
                                                     std::string_view node = "n1") {
        std::vector<const resourcev1::ResourceClaim *> pointers;
        for (const auto &one : claims)
            pointers.push_back(&one);
        const auto object = toObject(nodeJson(node, nodeLabels));
        return allocateDevices({.pools = pools,
                                .allocated = allocated,
                                .findClass = [this](const std::string &name) -> const resourcev1::DeviceClass * {
                                    const auto found = classes.find(name);
                                    return found == classes.end() ? nullptr : &found->second;
                                },
                                .selectors = selectors,
                                .random = random},
                               pointers, *object);
    }
    /// "request=device ..." of all claims, "none" or the error.
    QString devices(const std::vector<resourcev1::ResourceClaim> &claims, std::string_view node = "n1") {
        const auto found = allocate(claims, node);
        if (!found)
            return "error: " + QString::fromStdString(found.error().message);
        if (!*found)
            return "none";
        QStringList words;
        for (const auto &result : (*found)->results)
            for (const auto &device : result.devices.results)
                words << QString::fromStdString(device.request + "=" + device.device);
        return words.join(' ');
    }
    QString devices(const std::string &requests, const std::string &more = {}) {
        return devices({claim(requests, more)});
    }
    void take(std::string_view device, std::string_view pool = "n1") {
        resourcev1::AllocationResult taken;
        auto &result = taken.devices.results.emplace_back();
        result.driver = "d.example.com";
        result.pool = pool;
        result.device = device;
        allocated.add(taken);
    }

    std::string nodeLabels;
    DevicePools pools;
    AllocatedDevices allocated;
    std::map<std::string, resourcev1::DeviceClass> classes;
    DeviceSelectors selectors;
    SeededRandom random{1};
};

const std::string kModels = deviceJson("a", R"("attributes":{"model":{"string":"x"},"slot":{"int":1}})") + "," +
                            deviceJson("b", R"("attributes":{"model":{"string":"y"},"slot":{"int":1}})") + "," +
                            deviceJson("c", R"("attributes":{"model":{"string":"x"},"slot":{"int":2}})");

} // namespace

class DeviceAllocatorTest : public QObject {
    Q_OBJECT

private slots:
    void countsAndUse() {
        Fixture f;
        f.addSlice("s", deviceJson("a") + "," + deviceJson("b") + "," + deviceJson("c"));
        QCOMPARE(f.devices(requestJson("r")), QString("r=a"));
        QCOMPARE(f.devices(requestJson("r", R"("count":2)")), QString("r=a r=b"));
        QCOMPARE(f.devices(requestJson("r", R"("count":4)")), QString("none"));
        QCOMPARE(f.devices({f.claim(requestJson("r")), f.claim(requestJson("q"))}), QString("r=a q=b"));
        QCOMPARE(f.devices({f.claim(requestJson("r"))}, "n2"), QString("none"));
        f.take("a");
        QCOMPARE(f.devices(requestJson("r")), QString("r=b"));
        QCOMPARE(f.devices(requestJson("r", R"("count":3)")), QString("none"));
    }

    void selectors_data() {
        QTest::addColumn<QString>("expression");
        QTest::addColumn<QString>("devices");
        QTest::newRow("an attribute") << "device.attributes['d.example.com'].model == 'y'" << "r=b";
        QTest::newRow("the driver") << "device.driver == 'd.example.com'" << "r=a";
        QTest::newRow("another driver") << "device.driver == 'e.example.com'" << "none";
        QTest::newRow("an int") << "device.attributes['d.example.com'].slot > 1" << "r=c";
        QTest::newRow("a domain that is missing") << "'x' in device.attributes['z.example.com']" << "none";
        QTest::newRow("capacity") << "device.capacity['d.example.com'].memory.compareTo(quantity('2Gi')) >= 0" << "r=d";
        QTest::newRow("a version") << "has(device.attributes['d.example.com'].fw) && "
                                      "device.attributes['d.example.com'].fw.isGreaterThan(semver('1.0.0'))"
                                   << "r=d";
        QTest::newRow("a domain in the name") << "has(device.attributes['o.example.com'].tag)" << "r=d";
    }
    void selectors() {
        QFETCH(QString, expression);
        QFETCH(QString, devices);
        Fixture f;
        f.addSlice("s", kModels + "," +
                            deviceJson("d", R"("attributes":{"model":{"string":"z"},"slot":{"int":0},)"
                                            R"("fw":{"version":"1.2.0"},"o.example.com/tag":{"bool":true}},)"
                                            R"("capacity":{"memory":{"value":"4Gi"}})"));
        std::string text = expression.toStdString();
        if (text.find("capacity") != text.npos)
            text = "'memory' in device.capacity['d.example.com'] && " + text;
        QCOMPARE(f.devices(requestJson("r", celSelector(text))), devices);
    }

    void wrongSelectors() {
        Fixture f;
        f.addSlice("s", kModels);
        QVERIFY(
            f.devices(requestJson("r", celSelector("device.attributes['d.example.com'].none == 1")))
                .startsWith("error: claim default/c, request r: selector #0: CEL runtime error: no such key: none"));
        QVERIFY(f.devices(requestJson("r", celSelector("device.nothing")))
                    .startsWith("error: claim default/c, request r: selector #0: CEL compile error"));
        f.addClass("gpu", celSelector("device.driver == 'e.example.com'"));
        QCOMPARE(f.devices(requestJson("r")), QString("none"));
        f.classes.clear();
        QCOMPARE(f.devices(requestJson("r")),
                 QString("error: claim default/c, request r: could not retrieve device class gpu"));
    }

    void constraints() {
        Fixture f;
        f.addSlice("s", kModels);
        const std::string two = requestJson("r", R"("count":2)");
        QCOMPARE(f.devices(two, R"(,"constraints":[{"matchAttribute":"d.example.com/model"}])"), QString("r=a r=c"));
        QCOMPARE(f.devices(two, R"(,"constraints":[{"matchAttribute":"d.example.com/slot"}])"), QString("r=a r=b"));
        QCOMPARE(f.devices(two, R"(,"constraints":[{"distinctAttribute":"d.example.com/slot"}])"), QString("r=a r=c"));
        QCOMPARE(f.devices(two, R"(,"constraints":[{"distinctAttribute":"d.example.com/slot"},)"
                                R"({"distinctAttribute":"d.example.com/model"}])"),
                 QString("r=b r=c"));
        QCOMPARE(f.devices(two, R"(,"constraints":[{"matchAttribute":"d.example.com/none"}])"), QString("none"));
        // Only the requests that it names.
        QCOMPARE(f.devices(requestJson("r") + "," + requestJson("q"),
                           R"(,"constraints":[{"matchAttribute":"d.example.com/model","requests":["r"]}])"),
                 QString("r=a q=b"));
    }

    void backtracks() {
        Fixture f;
        f.addSlice("s", kModels);
        // The first request must leave a to the second.
        QCOMPARE(f.devices(requestJson("r") + "," +
                           requestJson("q", celSelector("device.attributes['d.example.com'].model == "
                                                        "'x' && device.attributes['d.example.com']."
                                                        "slot == 1"))),
                 QString("r=b q=a"));
    }

    void allDevices() {
        Fixture f;
        f.addSlice("s", kModels);
        const std::string all = requestJson("r", R"("allocationMode":"All")");
        QCOMPARE(f.devices(all), QString("r=a r=b r=c"));
        QCOMPARE(
            f.devices(requestJson("r", R"("allocationMode":"All",)" + celSelector("device.attributes['d.example.com']."
                                                                                  "model == 'x'"))),
            QString("r=a r=c"));
        f.take("b");
        QCOMPARE(f.devices(all), QString("none"));
        QCOMPARE(f.devices({f.claim(all)}, "n2"), QString("none"));
    }

    void alternatives() {
        Fixture f;
        f.addSlice("s", kModels);
        auto either = [](std::string_view first, std::string_view second) {
            return fmt::format(R"({{"name":"r","firstAvailable":[{{"name":"big","deviceClassName":"gpu",{}}},)"
                               R"({{"name":"small","deviceClassName":"gpu",{}}}]}})",
                               first, second);
        };
        QCOMPARE(f.devices(either(R"("count":2)", R"("count":1)")), QString("r/big=a r/big=b"));
        QCOMPARE(f.devices(either(R"("count":4)", R"("count":1)")), QString("r/small=a"));
        QCOMPARE(f.devices(either(R"("count":4)", R"("count":5)")), QString("none"));
        // A later request may need another alternative of an earlier one.
        QCOMPARE(f.devices(either(R"("count":2)", R"("count":1)") + "," + requestJson("q", R"("count":2)")),
                 QString("r/small=a q=b q=c"));
        const auto first = f.allocate({f.claim(either(R"("count":1)", R"("count":1)"))});
        const auto second = f.allocate({f.claim(either(R"("count":4)", R"("count":1)"))});
        QVERIFY((*first)->preference > (*second)->preference);
    }

    void adminAccess() {
        Fixture f;
        f.addSlice("s", deviceJson("a"));
        f.take("a");
        QCOMPARE(f.devices(requestJson("r")), QString("none"));
        QCOMPARE(f.devices(requestJson("r", R"("adminAccess":true)")), QString("r=a"));
        // Once for each claim.
        QCOMPARE(f.devices(requestJson("r", R"("adminAccess":true)") + "," + requestJson("q", R"("adminAccess":true)")),
                 QString("none"));
        // It takes nothing from others.
        AllocatedDevices watched;
        watched.add((*f.allocate({f.claim(requestJson("r", R"("adminAccess":true)"))}))->results.at(0));
        QVERIFY(!watched.isUsed({"d.example.com", "n1", "a"}));
    }

    void taints_data() {
        QTest::addColumn<QString>("taint");
        QTest::addColumn<QString>("toleration");
        QTest::addColumn<bool>("fits");
        const char *taint = R"({"key":"k","value":"v","effect":"NoSchedule"})";
        QTest::newRow("none tolerated") << taint << "" << false;
        QTest::newRow("equal") << taint << R"({"key":"k","operator":"Equal","value":"v"})" << true;
        QTest::newRow("another value") << taint << R"({"key":"k","operator":"Equal","value":"w"})" << false;
        QTest::newRow("another effect") << taint << R"({"key":"k","operator":"Exists","effect":"NoExecute"})" << false;
        QTest::newRow("everything") << taint << R"({"operator":"Exists"})" << true;
        QTest::newRow("for people only") << R"({"key":"k","effect":"None"})" << "" << true;
    }
    void taints() {
        QFETCH(QString, taint);
        QFETCH(QString, toleration);
        QFETCH(bool, fits);
        Fixture f;
        f.addSlice("s", deviceJson("a", fmt::format(R"("taints":[{}])", taint.toStdString())));
        const std::string tolerations = fmt::format(R"("tolerations":[{}])", toleration.toStdString());
        QCOMPARE(f.devices(requestJson("r", tolerations)), QString(fits ? "r=a" : "none"));
    }

    void pools() {
        Fixture f;
        f.addSlice("old", deviceJson("a"), {.generation = 1});
        QCOMPARE(f.devices(requestJson("r")), QString("r=a"));
        // A newer generation, of which a part is missing.
        f.addSlice("new-1", deviceJson("b"), {.generation = 2, .count = 2});
        QCOMPARE(f.devices(requestJson("r")), QString("none"));
        QCOMPARE(f.devices(requestJson("r", R"("allocationMode":"All")")),
                 QString("error: claim default/c, request r: asks for all devices, but resource pool "
                         "d.example.com/n1 is currently being updated"));
        f.addSlice("new-2", deviceJson("c"), {.generation = 2, .count = 2});
        QCOMPARE(f.devices(requestJson("r")), QString("r=b"));
        QCOMPARE(f.devices(requestJson("r", R"("count":2)")), QString("r=b r=c"));
        f.addSlice("new-2", deviceJson("b"), {.generation = 2, .count = 2});
        QCOMPARE(f.devices(requestJson("r")), QString("none"));
        f.pools.remove("new-1");
        f.pools.remove("new-2");
        QCOMPARE(f.devices(requestJson("r")), QString("r=a"));
        f.pools.remove("old");
        QCOMPARE(f.devices(requestJson("r")), QString("none"));
    }

    void nodesOfSlices() {
        Fixture f;
        f.addSlice("all", deviceJson("a"), {.node = "", .pool = "p"});
        auto selector = [&] { return (*f.allocate({f.claim(requestJson("r"))}))->results.at(0).nodeSelector; };
        QVERIFY(!selector());
        f.pools.remove("all");
        f.addSlice("one", deviceJson("a"));
        QCOMPARE(selector()->nodeSelectorTerms.at(0).matchFields.at(0).values.at(0), std::string("n1"));
        f.pools.remove("one");
        std::string some = sliceJson("some", deviceJson("a"), {.node = "", .pool = "p"});
        const std::string everywhere = R"("allNodes":true)";
        some.replace(some.find(everywhere), everywhere.size(),
                     R"("nodeSelector":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"rack","operator":"In",)"
                     R"("values":["7"]}]}]})");
        QVERIFY(f.pools.set(*toObject(some)));
        QCOMPARE(f.devices(requestJson("r")), QString("none"));
        f.nodeLabels = R"("rack":"7")";
        QCOMPARE(f.devices(requestJson("r")), QString("r=a"));
        QCOMPARE(selector()->nodeSelectorTerms.at(0).matchExpressions.at(0).key, std::string("rack"));
    }

    void nodesOfDevices() {
        Fixture f;
        std::string slice =
            sliceJson("s", deviceJson("a", R"("nodeName":"n2")") + "," + deviceJson("b", R"("allNodes":true)"),
                      {.node = "", .pool = "p"});
        const std::string everywhere = R"("allNodes":true,"pool")";
        slice.replace(slice.find(everywhere), everywhere.size(), R"("perDeviceNodeSelection":true,"pool")");
        QVERIFY(f.pools.set(*toObject(slice)));
        QCOMPARE(f.devices({f.claim(requestJson("r"))}, "n1"), QString("r=b"));
        QCOMPARE(f.devices({f.claim(requestJson("r"))}, "n2"), QString("r=a"));
    }

    void sharedDevices() {
        Fixture f;
        f.addSlice("s", deviceJson("a", R"("allowMultipleAllocations":true,"capacity":{"bw":{"value":"10",)"
                                        R"("requestPolicy":{"default":"1","validRange":{"min":"2","step":"2"}}}})"));
        const std::string three = requestJson("r", R"("capacity":{"requests":{"bw":"3"}})");
        const auto found = f.allocate({f.claim(three)});
        const auto &result = (*found)->results.at(0).devices.results.at(0);
        QCOMPARE(result.consumedCapacity.at("d.example.com/bw").text(), std::string("4"));
        QVERIFY(result.shareID);
        f.allocated.add((*found)->results.at(0));
        QCOMPARE(f.devices(three), QString("r=a"));
        f.allocated.add((*f.allocate({f.claim(three)}))->results.at(0));
        QCOMPARE(f.devices(three), QString("none"));
        // Two of ten are left; the default is one.
        QCOMPARE(f.devices(requestJson("r")), QString("r=a"));
        QCOMPARE(f.devices(requestJson("r", R"("count":3)")), QString("none"));
        f.allocated.remove((*found)->results.at(0));
        QCOMPARE(f.devices(three), QString("r=a"));
        QCOMPARE(f.devices(requestJson("r", R"("capacity":{"requests":{"other":"1"}})")), QString("none"));
    }

    void partsOfDevices() {
        Fixture f;
        auto part = [](std::string_view name, int memory) {
            return deviceJson(name, fmt::format(R"("consumesCounters":[{{"counterSet":"card","counters":)"
                                                R"({{"memory":{{"value":"{}Gi"}}}}}}])",
                                                memory));
        };
        f.addSlice("counters", "",
                   {.count = 2,
                    .more = R"("sharedCounters":[{"name":"card","counters":)"
                            R"({"memory":{"value":"40Gi"}}}],)"});
        f.addSlice("s", part("whole", 40) + "," + part("half-1", 20) + "," + part("half-2", 20), {.count = 2});
        QCOMPARE(f.devices(requestJson("r")), QString("r=whole"));
        QCOMPARE(f.devices(requestJson("r", R"("count":2)")), QString("r=half-1 r=half-2"));
        QCOMPARE(f.devices(requestJson("r", R"("count":3)")), QString("none"));
        f.take("half-1");
        QCOMPARE(f.devices(requestJson("r")), QString("r=half-2"));
        f.take("half-2");
        QCOMPARE(f.devices(requestJson("r")), QString("none"));
    }

    void configuration() {
        Fixture f;
        f.addClass("gpu", R"("config":[{"opaque":{"driver":"d.example.com","parameters":{"from":"class"}}}])");
        f.addSlice("s", deviceJson("a") + "," + deviceJson("b"));
        const auto found = f.allocate({f.claim(
            requestJson("r") + "," + requestJson("q"),
            R"(,"config":[{"requests":["q"],"opaque":{"driver":"d.example.com","parameters":{"from":"claim"}}}])")});
        const auto &config = (*found)->results.at(0).devices.config;
        QCOMPARE(config.size(), size_t(2));
        QCOMPARE(config[0].source, std::string("FromClass"));
        QVERIFY(config[0].requests.empty());
        QCOMPARE(config[1].source, std::string("FromClaim"));
        QCOMPARE(config[1].requests, std::vector<std::string>{"q"});
    }

    void aHopelessSearchEnds() {
        Fixture f;
        std::string devices;
        for (int i = 0; i < 100; ++i)
            devices += (i ? "," : "") + deviceJson(fmt::format("d{}", i), R"("attributes":{"x":{"int":1}})");
        f.addSlice("s", devices);
        QVERIFY(f.devices(requestJson("r", R"("count":16)") + "," + requestJson("q", celSelector("false")))
                    .startsWith("error: the search for devices takes too long"));
    }

    /// Against the obvious: all assignments of devices to requests, tried one by one.
    void matchesTheReference_data() {
        QTest::addColumn<uint32_t>("seed");
        for (uint32_t seed = 1; seed <= 300; ++seed)
            QTest::addRow("seed %u", seed) << seed;
    }
    void matchesTheReference() {
        QFETCH(uint32_t, seed);
        std::mt19937 random(seed);
        auto below = [&](int bound) { return static_cast<int>(random() % static_cast<uint32_t>(bound)); };
        struct Device {
            int model, slot;
            bool taken;
        };
        struct Request {
            int model, count; // model -1: any
        };
        Fixture f;
        std::vector<Device> devices(static_cast<size_t>(1 + below(5)));
        std::string text;
        for (size_t i = 0; i < devices.size(); ++i) {
            devices[i] = {below(2), below(3), below(5) == 0};
            text +=
                (i ? "," : "") + deviceJson(fmt::format("d{}", i),
                                            fmt::format(R"("attributes":{{"model":{{"int":{}}},"slot":{{"int":{}}}}})",
                                                        devices[i].model, devices[i].slot));
            if (devices[i].taken)
                f.take(fmt::format("d{}", i));
        }
        f.addSlice("s", text);
        std::vector<Request> requests(static_cast<size_t>(1 + below(3)));
        std::string requestText;
        for (size_t i = 0; i < requests.size(); ++i) {
            requests[i] = {below(3) - 1, 1 + below(2)};
            std::string insides = fmt::format(R"("count":{})", requests[i].count);
            if (requests[i].model >= 0)
                insides +=
                    "," + celSelector(fmt::format("device.attributes['d.example.com'].model == {}", requests[i].model));
            requestText += (i ? "," : "") + requestJson(fmt::format("r{}", i), insides);
        }
        const int constraint = below(3); // none, the same slot, different slots
        const char *constraints[] = {"", R"(,"constraints":[{"matchAttribute":"d.example.com/slot"}])",
                                     R"(,"constraints":[{"distinctAttribute":"d.example.com/slot"}])"};

        std::vector<int> wanted; // the model of each device to be found
        for (const Request &request : requests)
            wanted.insert(wanted.end(), static_cast<size_t>(request.count), request.model);
        auto fits = [&](const std::vector<size_t> &chosen) {
            for (size_t i = 0; i < chosen.size(); ++i) {
                const Device &device = devices[chosen[i]];
                if (device.taken || (wanted[i] >= 0 && device.model != wanted[i]))
                    return false;
                for (size_t j = 0; j < i; ++j) {
                    const bool same = devices[chosen[j]].slot == device.slot;
                    if (chosen[j] == chosen[i] || (constraint == 1 && !same) || (constraint == 2 && same))
                        return false;
                }
            }
            return true;
        };
        bool possible = false;
        size_t combinations = 1;
        for (size_t i = 0; i < wanted.size(); ++i)
            combinations *= devices.size();
        for (size_t code = 0; code < combinations && !possible; ++code) {
            std::vector<size_t> chosen;
            for (size_t i = 0, rest = code; i < wanted.size(); ++i, rest /= devices.size())
                chosen.push_back(rest % devices.size());
            possible = fits(chosen);
        }
        const auto found = f.allocate({f.claim(requestText, constraints[constraint])});
        QVERIFY(found);
        QCOMPARE(found->has_value(), possible);
        if (!possible)
            return;
        std::vector<size_t> chosen;
        for (const auto &result : (*found)->results.at(0).devices.results)
            chosen.push_back(static_cast<size_t>(std::stoi(result.device.substr(1))));
        QCOMPARE(chosen.size(), wanted.size());
        QVERIFY(fits(chosen));
    }
};

QTEST_GUILESS_MAIN(DeviceAllocatorTest)
#include "tst_device_allocator.moc"
