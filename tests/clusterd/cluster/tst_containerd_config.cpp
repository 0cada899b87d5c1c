#include "clusterd/cluster/containerd_config.h"

#include "core/base/files.h"

#include <QTemporaryDir>
#include <QTest>
#include <boost/json/parse.hpp>

using namespace coracle;
using namespace coracle::cluster;

class ContainerdConfigTest : public QObject {
    Q_OBJECT

    static Paths pathsFor(const char *dataDir) {
        config::CommonConfig config;
        config.product = config::Product::named("clusterd", true, "/root");
        config.dataDir = dataDir;
        return Paths::of(config);
    }

private slots:
    void everythingIsItsOwn() {
        const Paths paths = pathsFor("/srv/a");
        const std::string text = containerdConfig(paths, {.runc = "/usr/sbin/runc",
                                                          .cniPlugins = "/usr/lib/cni",
                                                          .pauseImage = "pause:1",
                                                          .mayLowerOomScore = false});
        for (const char *line : {"root = \"/srv/a/agent/containerd\"\n", "sandbox_image = \"pause:1\"\n",
                                 "oom_score = 0\n", "restrict_oom_score_adj = true\n", "imports = []\n",
                                 "stream_server_port = \"0\"\n", "conf_dir = \"/srv/a/agent/etc/cni/net.d\"\n"})
            QVERIFY2(text.find(line) != std::string::npos, line);
        const std::string id = paths.instance.id();
        QVERIFY(text.find("address = \"/run/clusterd-" + id + "/containerd/containerd.sock\"\n") != std::string::npos);
        QVERIFY(text.find("address = \"/run/clusterd-" + id + "/containerd/containerd.sock.ttrpc\"\n") !=
                std::string::npos);
    }

    void textCannotBreakOut() {
        const std::string text =
            containerdConfig(pathsFor("/srv/a"), {.pauseImage = "x\"\noom_score = 7\\", .mayLowerOomScore = true});
        QVERIFY(text.find("sandbox_image = \"x\\\"oom_score = 7\\\\\"\n") != std::string::npos);
        QVERIFY(text.find("oom_score = -999\n") != std::string::npos);
    }

    void dropInsAreImported() {
        QTemporaryDir folder;
        const Paths paths = pathsFor(folder.path().toUtf8().constData());
        QVERIFY(makeFolder(paths.containerdDropIns()).has_value());
        const std::string text = containerdConfig(paths, {});
        QVERIFY(text.find("imports = [\"" + paths.containerdDropIns().string() + "/*.toml\"]") != std::string::npos);
    }

    void cniIsDualStack() {
        const Paths paths = pathsFor("/srv/a");
        const auto config = boost::json::parse(cniConfig(paths, {"10.42.0.0/24", "fd00:42::/64"}));
        const auto &bridge = config.at("plugins").at(0);
        QCOMPARE(std::string(bridge.at("bridge").as_string()), paths.instance.bridge());
        const auto &ipam = bridge.at("ipam");
        QCOMPARE(std::string(ipam.at("ranges").at(1).at(0).at("subnet").as_string()), std::string("fd00:42::/64"));
        QCOMPARE(std::string(ipam.at("routes").at(1).at("dst").as_string()), std::string("::/0"));
        QCOMPARE(std::string(ipam.at("dataDir").as_string()), std::string("/srv/a/agent/cni"));
    }
};

QTEST_GUILESS_MAIN(ContainerdConfigTest)
#include "tst_containerd_config.moc"
