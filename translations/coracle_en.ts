<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
    <context>
        <name>ConfirmDialog</name>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>and %n more</numerusform>
                <numerusform>and %n more</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>DrainDialog</name>
        <message numerus="yes">
            <source>The node takes no new pods, and %n pod(s) are moved away.</source>
            <translation>
                <numerusform>The node takes no new pods, and %n pod is moved away.</numerusform>
                <numerusform>The node takes no new pods, and %n pods are moved away.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>EventRowItem</name>
        <message numerus="yes">
            <source>%1 · %n times</source>
            <translation>
                <numerusform>%1 · %n time</numerusform>
                <numerusform>%1 · %n times</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>EventsPage</name>
        <message numerus="yes">
            <source>%1 · %2 · %n times</source>
            <translation>
                <numerusform>%1 · %2 · %n time</numerusform>
                <numerusform>%1 · %2 · %n times</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ForwardsPage</name>
        <message numerus="yes">
            <source>%n running</source>
            <translation>
                <numerusform>%n running</numerusform>
                <numerusform>%n running</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>MinutesBox</name>
        <message numerus="yes">
            <source>After %n minute(s)</source>
            <translation>
                <numerusform>After %n minute</numerusform>
                <numerusform>After %n minutes</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ReplicaStepper</name>
        <message numerus="yes">
            <source>%n replica(s)</source>
            <translation>
                <numerusform>%n replica</numerusform>
                <numerusform>%n replicas</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ResourceList</name>
        <message numerus="yes">
            <source>%n object(s)</source>
            <translation>
                <numerusform>%n object</numerusform>
                <numerusform>%n objects</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>WorkloadStatus</name>
        <message numerus="yes">
            <source>%n old pod(s) still end.</source>
            <translation>
                <numerusform>%n old pod still ends.</numerusform>
                <numerusform>%n old pods still end.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n attempt(s) failed.</source>
            <translation>
                <numerusform>%n attempt failed.</numerusform>
                <numerusform>%n attempts failed.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n job(s) running.</source>
            <translation>
                <numerusform>%n job running.</numerusform>
                <numerusform>%n jobs running.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>coracle::app::ApplianceStatus</name>
        <message numerus="yes">
            <source>%n failing</source>
            <translation>
                <numerusform>%n failing</numerusform>
                <numerusform>%n failing</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n pending</source>
            <translation>
                <numerusform>%n pending</numerusform>
                <numerusform>%n pending</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n node(s) not ready</source>
            <translation>
                <numerusform>%n node not ready</numerusform>
                <numerusform>%n nodes not ready</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n pod(s) failing</source>
            <translation>
                <numerusform>%n pod failing</numerusform>
                <numerusform>%n pods failing</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>coracle::app::CertificateList</name>
        <message numerus="yes">
            <source>%n day(s)</source>
            <translation>
                <numerusform>%n day</numerusform>
                <numerusform>%n days</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Renewed by themselves at a start of the daemon within %n day(s) of their end.</source>
            <translation>
                <numerusform>Renewed by themselves at a start of the daemon within %n day of their end.</numerusform>
                <numerusform>Renewed by themselves at a start of the daemon within %n days of their end.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>coracle::app::DocumentEditor</name>
        <message numerus="yes">
            <source>%n object(s) are applied</source>
            <translation>
                <numerusform>%n object is applied</numerusform>
                <numerusform>%n objects are applied</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>coracle::app::ImageList</name>
        <message numerus="yes">
            <source>%n image(s), %1, of which %2 unused</source>
            <translation>
                <numerusform>%n image, %1, of which %2 unused</numerusform>
                <numerusform>%n images, %1, of which %2 unused</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n image(s) imported</source>
            <translation>
                <numerusform>%n image imported</numerusform>
                <numerusform>%n images imported</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>coracle::app::LogReader</name>
        <message numerus="yes">
            <source>Paused, %n new line(s)</source>
            <translation>
                <numerusform>Paused, %n new line</numerusform>
                <numerusform>Paused, %n new lines</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n line(s)</source>
            <translation>
                <numerusform>%n line</numerusform>
                <numerusform>%n lines</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>coracle::app::MetricsHistory</name>
        <message numerus="yes">
            <source>%1 of %n core(s)</source>
            <translation>
                <numerusform>%1 of %n core</numerusform>
                <numerusform>%1 of %n cores</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>coracle::app::PinLock</name>
        <message numerus="yes">
            <source>Too many wrong PINs. Wait %n second(s).</source>
            <translation>
                <numerusform>Too many wrong PINs. Wait %n second.</numerusform>
                <numerusform>Too many wrong PINs. Wait %n seconds.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>coracle::app::PortForwards</name>
        <message numerus="yes">
            <source>%n open connection(s), %1 sent, %2 received</source>
            <translation>
                <numerusform>%n open connection, %1 sent, %2 received</numerusform>
                <numerusform>%n open connections, %1 sent, %2 received</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>coracle::app::StorageView</name>
        <message numerus="yes">
            <source>%n item(s)</source>
            <translation>
                <numerusform>%n item</numerusform>
                <numerusform>%n items</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Notices</name>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>and %n more</numerusform>
                <numerusform>and %n more</numerusform>
            </translation>
        </message>
    </context>
</TS>
