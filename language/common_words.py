"""Frequent Albanian words, folded: they are never taken for a misspelling of another word."""

from __future__ import annotations

_FUNCTION = """
a ai ajo ata ato aty atje atij asaj atyre ate ashtu keshtu ketu kjo ky keta keto kete ketij kesaj ketyre e i
u te me ne se si sa po do per nga tek mbi nen pa deri gjer rreth sipas prane larg para pas mes midis drejt
dhe ose apo por porse edhe as ndersa kurse megjithese megjithate ndonese prandaj pra pasi sepse meqe qe nese
sikur ku kur kush ke cili cila cilin cilen cilet cilat cfare pse perse cka qysh mos nuk s jo ska skam une ti
ju mua ty na tij saj tyre im ime mi mia yt jote tu tua yne jone tone tona juaj juaja tim tend jam je eshte
jemi jeni jane isha ishe ishte ishim ishit ishin kam ka kemi keni kane kisha kishe kishte kishim kishin jem
jesh jete jeme jene kem kesh kene qene pasur pata patem patur qofte dua duam doni duan doja doje donte donim
donin duhet duhej duhen duket mund munda mundem mundi mundet muj bej ben bejme beni bejne bera bere beri
beme bene beja bente behet behem behu bo them thua thote themi thoni thone thashe the tha thame thane thosha
thoshte shkoj shkon shkojme shkoni shkojne shkova shkove shkoi shkuar vij vjen vijme vijne erdha erdhi erdhe
erdhen ardhur di dija dinte dime dini dine ditur shoh sheh shohim shihni shohin pashe pame pane pare shiko
shikoj shikon marr merr marrim merrni marrin mora more mori moren marre jap jep japim jepni japin dhashe dha
dhane dhene flas flet flasim flisni flasin fola folur fol flit dal del dalim dilni dalin dola doli dolen
dale rri rrime rrini rrine ndenja ndenjur vi ve vura vene bie ra rane rene lexoj lexon lexova shkruaj
shkruan shkruajne mendoj mendon ndiej ndien ndihem ndihesh ndihet kuptoj kupton kuptova besoj beson nje dy
tre kater pese gjashte shtate tete nente dhjete disa shume pak ca cdo cdonje tjeter tjere tjera vete vet
gjithe gjitha gjithcka gjithmone kurre asnje asgje askush dikush dicka dike dikujt ndonje kushdo kudo
asnjehere ndonjehere tani sot neser dje mbreme sonte tashme akoma ende prap perseri here heren hera shpejt
vone heret gjate dite diten dita nate naten nata jave javen muaj muajin vit vitin ore oren ora minuta
mengjes dreke darke fund fillim mire keq mir keqe bukur mjaft teper fare vetem bashke vertet ndoshta
sigurisht okej ok aha hej ja hajde ej mo moj mor o he eh uh oh ah bravo aman lutem faleminderit pershendetje
tung ckemi
"""
_EVERYDAY = """
shtepi shtepia shtepine shtepise shkolle shkolla shkollen shkolles klase klasa klasen klases mesues mesuesi
mesuesja mesuesen mami mamin mamit mamaja nena nenes nene nenen babi babin babit babai baba babait prind
prinderit prinderve prindi vellai vellain vella vellezer motra motren motres moter gjyshi gjyshja gjyshe
daja xhaxhai halla tezja femije femija femijen femijet djali djalin djale djem vajza vajzen vajze vajzat
shok shoku shokun shoke shoket shoqja shoqen shoqe shoqet njeri njeriu njerez njerezit burre grua gruaja
emri emer mosha vjec vjece vjet telefoni telefon telefonin insta instagram tiktok snap facebook whatsapp
youtube video foto fotot fotoja mesazh mesazhe mesazhet llogari llogarine profil profili profilin loje loja
lojen luaj luan film filmi filmin kenge kenga muzike lajme liber libri librin detyra detyre detyrat provim
provimi provimin provimet note nota noten notat ese punon punoj pune puna leke para pare blej bleva bleu ha
hengra hengri pi piva piu fle fjeta gjume gjumi gjumin uje buke ushqim dashuri dashur dashuria i dashura dua
lidhje ndihme ndihmo ndihmoj problem problemi probleme gje gjeja gjera gjerat jete jeta jeten bote bota vend
vendi vendin rruge rruga rrugen qytet qyteti makine makina makinen dere dera deren dhome dhoma dhomen dore
dora doren duar koke koka koken zemer zemra zemren sy syte fytyre trup trupi trupin bark barku krah kembe
mjek mjeku mjekun doktor doktori spital spitali polici policia policine ilac ilace ilacet hap hapi hapur
hape hapa mbyll ri re vjeter madh madhe vogel vogla bukur keq mire bardhe zi kuq gjate shkurter trashe holle
dobet forte lehte veshtire puberteti menstruacione cikli droge droga cigare duhan alkool kanabis siguri
sekret turp faj frike inat merzi lumtur trishtuar test testi hiv sida prezervativ prezervativi virus vaksina
pyetje pyes pyetja pergjigje informacion tregoj trego tregova fjale fjala njoh njohur takoj takohem takova
pelqen pelqejne urrej qesh qeshi qeshur qeshim qaj qan qava vdes vdiq vras vret rreh preku prek iki ika iku
ikim ikur largohem kthehem kthehet ktheu hyj hyri futem fillova filloi mbaroi mbaron mbarova lashe la lane
lene
"""
_ORDINARY = """
vjeter vjetri vjetrin vjetra vjetren shije shijen shijes frutash frutat ndrroj ndryshoj pasin therret
therras therrasin thirri thirr thirrje hoxha hoxhen barak urime shef shefi shefin shefit rruges rrugen
rruget rrugeve burrit burri burrin krahaso krahasoj faqet faqeve falas poste porosi behen behem behesh behej
beheshin behemi levis levizje leviz maska madhe ankese ankesa shitje shitjet shitja bleje blerje rrembim
rrembimi rrembimin radhe radhen radha rradhe rradhen rradha pasdite kujto kalendarin kalendari kalendar
posto postim postoj postoni posta paradite paradites reja kujtese tirane tirana tiranen tiranes kerko
kerkoni kerkosh kerkimit ndodh ndodhi ndodhen klan fier driten drita drites afert motit kursi episodin
vazhdo motin javes thuash takimi takohemi berat vlore vlora durres shkoder shkodra elbasan korce lushnje
kavaje kukes shqiperi shqiperia shqiperise kosove kosova kosoves prishtine prizren gjermani itali greqi
angli france amerike dhomes shko mbremje sotme telefono telefonit telefonoj telefonate telefonon drekes
shfaq shfaqje punes punen plani planin ditelindje ditelindjen ditelindjes festen feste festes feston
perserit perserite perseritese numrin numer numri pesedhjete dyzet tridhjete njezet gjashtedhjete pershkruaj
pershkrim pershkrimi hiqe hiqet premte premten premtes premtja hene henen henes marte marten merkure
merkuren enjte enjten shtune shtunen shtunes diel diele dielen dites darkes darken kuqe mbledhje mbledhjen
mbledhjes luaje luani luajme luajne luajti luajtur luajta fillon fillimi fillimin transport transporti benin
show pritje pres presim ndalo gjysme gjysma degjoj degjoja degjo degjuar degjuara audio tende kohet kohes
koha kohe bileta muajit mesdite mesnate miremengjes doktorin tmerrshem nates kryeqytet vlera vlere vlen
vlenin vitit vite vitet vjetore shtoj shtoni shtoje romantike pergjigjen pergjigjem marra trenat treni
trenin shpejte dijeni luaji cfaredo zotin zotit zot oresh kendon kenduar kendoj grup grupi grupin gjata
gjate gjatesi dates data daten banjes banje banja pelqej pelqeu nivel niveli nivele mish mishi mishit kutine
dosjen diellit diell dielli tenis tenisi ruash gruas fuqine fuqi era ere koncert koncerti kanal dyte
distance distanca arrin arrij zgjidhe zgjidh zgjidhje zgjedh zgjedhja pyete pyetjes pyetjen pyesesh planet
permban mesme librit dorin degjon personit person televizor televizorin televizorit sjelle sares sarande
plote plot pjekur pjate portokall portokalli shqip shqipe serine robot robotin rende prize pesha peshon
ndryshe ndryshme lidhje lidhjet kthyer kthehu kepuce kepucet kalon kaloj kaluar informacione gjendje gjendja
gjendjen ftese fshesa albumi afati vonese turqi turqia tekst teksti tekstin shtet shteti shuma qielli qellim
qellimi mal mali malit majte personin perfunduar mendoj mendojne mbyllet mbyll makinat lexoni lexo lartesi
kuzhine kuzhinen krevat krevatit kompjuter kompjuteri gusht korrik qershor maj prill mars shkurt janar
shtator tetor nentor dhjetor gjerash gatim gatimi gatuaj garen gare gara fejuar kurse kurset drejtim
drejtime derri ceshtje ceshtjet caktuar burim bursa banka bande atehere ane album veshje veshjesh veprim
veprime varur ushtrim ushtrime uje veror turni trena trajto torte thate tavoline tavolina stop stine stina
specat soben shpine shpejtesi shenjo shenim shenime ruaj prenotim tema temat teme supe sup sandale xhakete
xhaketen fustan bluze bluzen pantallona zeri zerin ze za vere vera veren dimer dimri pranvere vjeshte shi
bore mjegull moti mot ndeshje ndeshja ndeshjen fushe fushen top topi topin gol ekip ekipi ekipin lojtar
kampion basket futboll volejboll not vrap shah recete receta byrek pica akullore cokollate kafe caj qumesht
djath veze fruta perime mjalte kripe sheqer tavan qen qeni qenin mace macja macen kafshe shpend zog zogj
peme lule lulet det deti detin plazh liqen lum lumi mall bust urdher urdhero pushim pushime pushimet udhetim
udhetoj avion aeroport hotel dyqan treg market cmim cmimi lire shtrenjte shes shet shiti bler paguaj pagese
fature karte karta konto banke kredi bursen nenshkrim dokument pasaporte leter letra postier mesazhit
mesazhin njoftim njoftime reklame aplikacion ekran tastiere bateri bateria karikues internet interneti wifi
link faqe faqja adrese adresa kod kodi fjalekalim fjalekalimi password klik butoni buton emocion ndjenje
ndjenja mendim mendimi ide ideja enderr endrra histori historine tregim poezi art pikture vizatim ngjyre
ngjyra kalter blu jeshile verdhe roze gri keto vendosa vendosi vendosur vendos provova provoi provoj mesova
mesoi mesoj mesuar kujtova kujtoi kujtoj harrova harroi harroj humba humbi humbur gjeta gjeti gjej gjetur
fitova fitoi fitoj fituar bleu dhuroi dhurate dhurata presin priste prisja prit prita shkolles drejtori
drejtoria bibliotek oborr korridor zile pushimi matematike fizike kimi biologji gjeografi letersi anglisht
frengjisht gjimnaz fakultet universitet student studentet profesore mature matura maturen diplome
"""
COMMON_WORDS = frozenset(_FUNCTION.split()) | frozenset(_EVERYDAY.split()) | frozenset(_ORDINARY.split())
