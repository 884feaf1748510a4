"""Frequent words of the other languages that visitors write in, folded, with those that belong to no language."""

from __future__ import annotations

_ENGLISH = """
i you he she it we they me him her us them my your his its our their mine yours this that these those a an the
and or but if so because cause cuz than then as of at by for with about into from to in on off up down out over
am is are was were be been being im ive id ill dont doesnt didnt isnt arent wasnt wont cant couldnt shouldnt
youre theyre hes shes whats thats theres lets gonna wanna gotta do does did done doing have has had having
can could will would shall should may might must not no yes yeah yep yup nope nah never always ever really
very too also just only even still again already yet now today tonight tomorrow yesterday here there where
when why how who whom whose what which ll ve re don didn doesn isn aren wasn couldn shouldn
hello hi hey help please thanks thank thx sorry good bad morning evening night afternoon bye goodbye welcome
need want like love hate know think feel feeling say said tell told talk talking speak speaking ask get got go
going come make made take see look find give keep let put try work call write read sleep stop wait leave left
happen happened happening stay start live lives play play school home house mom mum mother dad father parents
sister brother friend friends girl boy boyfriend girlfriend girls boys people person someone somebody anyone
anybody everyone everybody nobody something anything everything nothing alone sad scared afraid angry tired
bored lonely mad mean nice real old new year years day days week month time times much many more most some any
all other another one two first last next same own right wrong hurt hurts hit cry crying die dead kill life
bf gf idk idc nvm brb ttyl tbh imo rn ur u r ya yall bout wtf smh ok anyway whatever maybe sure fine true
away back before after while until without around between through during under name class teacher phone money
english albanian chat real human bot robot anonymous question problem body well long little big better best
worse worst thing things way guys hope miss missing used ago later soon both each few every
"""
_ITALIAN = """
io tu lui lei noi voi loro mi ti ci vi si lo la li le gli ne me te se il un uno una i e o ma anche se che chi
cui cosa come dove quando quanto quanti quante perche perke xke xche cmq poi gia ancora sempre mai adesso ora
oggi domani ieri stasera stanotte qui qua li la su giu di a da in con per tra fra del della dei delle degli
dello dell al alla ai alle agli all dal dalla dai nel nella nei nelle nell sul sulla sui sulle sono sei siamo
siete era ero eri erano stato stata sta sto stai stiamo stanno ho hai ha abbiamo avete hanno avevo aveva
avuto faccio fai fa facciamo fate fanno fatto fare voglio vuoi vuole vogliamo volete vorrei posso puoi puo
possiamo potete devo devi deve dobbiamo so sai sa sanno vado vai va andiamo andate vanno dico dici dice detto
dire parlo parli parla parlare parlate capisco capisci capisce capito penso pensi credo sento senti sente non
no nn nulla niente nessuno qualcuno qualcosa tutto tutti tutte tutta molto molta tanto tanta poco piu meno
troppo bene male meglio bello bella bravo brava brutto grande piccolo nuovo nuova buono buona buon ciao salve
buongiorno buonasera buonanotte buondi grazie prego scusa scusi scusate scusami aiuto aiutami aiutatemi
aiutare ragazzi ragazzo ragazza amico amica amici amiche mio mia miei mie tuo tua tuoi tue suo sua suoi sue
nostro nostra vostro vostra questo questa questi queste quello quella quel quei mamma papa madre padre
fratello sorella nonna nonno genitori scuola classe casa compiti professore prof professoressa giorno giorni
notte anno anni ora ore volta volte cose vita solo sola soli triste paura bisogno ascolta aspetta dai allora
boh beh mah uffa vabbe cavolo cazzo magari forse certo quindi pero comunque davvero veramente subito insieme
fuori dentro prima dopo senza contro telefono messaggi foto soldi lavoro albanese italiano italiana chiamo
chiami chiama chiamare parli risponde rispondi rispondete piace piaci manchi manca amo bacio tvb ke nn qst
tt sn cn dv xo aiutatemi vale tranquillo tranquilla dimmi fammi lasciami vattene pronto sera giusto stare
"""
_GERMAN = """
ich du er sie es wir ihr mich dich ihn uns euch mir dir ihm ihnen mein meine meinen meinem meiner dein deine
deinen sein seine seinen unser unsere euer eure der die das den dem des ein eine einen einem einer kein keine
keinen keiner und oder aber denn weil dass wenn als ob wie was wer wo wann warum wieso welche welcher nicht
nichts nie niemand jemand immer schon noch nur auch sehr so zu zum zur mit von vom bei beim nach aus auf an am
im in ins fur uber unter vor hinter ohne gegen bis seit um durch bin bist ist sind seid war warst waren habe
hab hast hat haben hatte hatten werde wirst wird werden wurde wurden kann kannst konnen konnt konnte muss
musst mussen will willst wollen wollte soll sollst sollen darf durfen mag magst mogen mache mach machst macht
machen gehe geh gehst geht gehen ging gehts gibts komme komm kommst kommt kommen sage sag sagst sagt sagen
gesagt weiss weisst wissen denke denkst glaube brauche brauch brauchst liebe lieb mochte hallo hi hey hilfe
helfen helft danke dankeschon bitte tschuss tschau ciao moin servus guten gute guter gut tag morgen abend
nacht ja nein doch klar genau stimmt egal na ne nee mal halt eben hier da dort heute gestern jetzt spater bald
wieder mehr weniger viel viele wenig alle alles jeder jede jeden andere anderen etwas ganz nicht schlecht
traurig angst allein alleine mude krank wutend mutter vater mama papa bruder schwester eltern oma opa freund
freundin freunde freunden freundschaft madchen junge leute mensch menschen kinder kind schule klasse lehrer
lehrerin zuhause haus jahr jahre alt neu gross klein schreib schreibe schreiben reden rede sprechen spreche
sprecht deutsch albanisch frage fragen antwort leben tot weinen weine schlafen schlafe tut weh leid vielleicht
eigentlich einfach wirklich deshalb trotzdem hatte konnte wurde ware gewesen digga alter krass geil boah
bissle bisschen vllt kp hdl hdgdl iwie iwas sry lass warte heisse heisst name handy bilder keiner lasst los
sagt gesehen gemacht gegangen wegen zwischen bist schatz
"""
_FRENCH = """
je tu il elle on nous vous ils elles me te se le la les un une des du de au aux ce cet cette ces mon ma mes
ton ta tes son sa ses notre nos votre vos leur leurs moi toi lui eux j t m l d n s c qu y en et ou mais donc
or ni car que qui quoi dont quand comment pourquoi combien quel quelle quels quelles est es suis sommes etes
sont etais etait etaient etre ete ai as a avons avez ont avais avait avoir eu fais fait font faire faut veux
veut voulez vouloir voudrais peux peut pouvez pouvoir pourrais dois doit devoir sais sait savez savoir vais
vas va allez aller allons viens vient venir dis dit dire parle parles parler parlez comprends comprend pense
crois aime aimes aimer deteste pas plus jamais rien personne toujours encore deja aussi tres trop bien mal
mieux peu beaucoup tout tous toute toutes meme autre autres oui non ouais nan si peut bonjour bonsoir salut
coucou merci aide aider aidez stp svp plait pardon desole desolee excuse excusez revoir bientot bonne bon
nuit jour journee demain hier aujourd hui maintenant apres avant depuis avec sans pour par dans sur sous chez
vers entre contre comme parce mere pere maman papa frere soeur parents ami amie amis copain copine copains
ecole classe college lycee prof profs maison chez ans age gens quelqu quelque chose seul seule triste peur
mort mourir vie telephone photos question besoin envie quitte laisse laissez arrete ca cela c est jai jsuis
jsp mdr ptdr wsh wesh pk pq tkt bg pcq psk jpp cc slt bcp tt ouf bof hein ben bah voila vraiment juste genre
francais albanais appelle appelles ennuie marre moque moquent manque manques dormir gratuit tant fatigue
fatiguee nul nulle grave peux reponds repondre t es la sens plus tard
"""
_TURKISH = """
ben sen o biz siz onlar bana sana ona bize size beni seni onu bizi sizi benim senin onun bizim sizin bende
sende bu su bunu sunu bir iki ve veya ya ama fakat cunku ki de da mi mu misin musun miyim midir misiniz
musunuz ne neden niye nasil nasilsin nasilsiniz nerede nerde neresi nereli nerelisin kim kimse kimin kimsin
hangi kac kadar cok az daha en hic her sey seyi seyler hep simdi sonra once bugun yarin dun artik hala yine
tekrar burada orada burda orda icin ile gibi kadar gore degil degilim var yok evet hayir tamam peki olur olmaz
oldu olsun olan olarak ol oluyor merhaba selam slm nbr naber naber selamlar gunaydin iyi kotu guzel iyiyim
geceler aksamlar gunler yardim edin edermisin lutfen tesekkurler tesekkur sagol sagolun eyvallah ozur pardon
istiyorum istemiyorum istiyor biliyorum bilmiyorum biliyor musun anliyorum anlamiyor anlamiyorum seviyorum
sevmiyor korkuyorum konusmak konusuyor ediyor ediyorum yapiyor yapiyorum yapmaliyim gidiyorum geldim gel git
bak bakar sor sormak sorabilir soru sorum anne annem babam baba abi abla kardesim arkadas arkadasim
arkadaslarim okul okulda okula ev evde evden kiz erkek yas yasinda yasindayim yalniz yalnizim uzgun uzgunum
kotuyum agliyorum uyuyamiyorum ders dersler sinav ogretmen telefon mesaj foto fotograf turkce arnavutca abi
hadi haydi yaa valla vallahi insallah masallah tmm tm bilmem ederim ister misin isim ismim adim adin sikiliyor
imdat canim hayat olmek hayatim sadece bile belki tabi tabii zaten yani iste aslinda bazen benden senden neyse kavga
cevap verin verir demek dedi diyor olum knk kanka gorusuruz bay ay gun saat
"""
_GREEK = """
o i to ta ton tin tis tou ti oi ena enas mia mias kai ki na tha den dn dhen min mn me se apo gia ya pou pos pws
oti an ama otan giati yiati ti poios poia poion kapoios kapoion kaneis kanenas tipota kati ola oloi panta pote
pali akoma tora twra simera shmera avrio aurio xthes edo edw ekei eki etsi opos opws alla h ego egw esy esi
aftos afti afto autos auti auto emeis eseis mou mu sou su mas sas tous mena esena emena eimai eisai einai
imai ise ine imaste eimaste eiste itan imoun exo exw echo eho exei exeis exoume thelo thelw thelei theleis thes
mporo mporw boro borw mporei mporeis ksero xero xerw kserw xereis ksereis kano kanw kanei kaneis kanete
kanoume leo lew leei les lene pes peis po peite mila milas milate milao milaw miliso milisw mila pao paw pas
pame paei pano ela elate ase afiste irthe fygo fevgo vgo geia gia yia yassou geiasou geia xaire xairete
kalimera kalispera kalinixta kalinyxta kalhmera kalhspera efxaristo efharisto eyxaristo euxaristo euxaristw
parakalo parakalw signomi sygnomi nai oxi ohi ochi entaksei endaksi ok kala kalo kali kalos poli poly polu
voitheia voithia boitheia boithia voithiste filos fili filoi file filous mama mpampas babas goneis adelfos
adelfi giagia pappous sxoleio sxolio scholeio skoleio spiti kathigitis mathima xronon xronia xronwn paidi
paidia agori koritsi agapo agapw s fovamai fobamai lipei lypamai monos moni malaka malakas re more vre oti
pragma pragmata zoi thanatos provlima provlimata ellinika ellada sigoura isos isws mono liga ligo kapote
katalavaino katalaveno vradi mera nixta proi ora kafe xoris exoun ekane einai tipote kakos kaka dld tpt klp
sto sti stin ston sta stous stis mesa ekso eksw brosta piso
"""
_SERBIAN = """
ja ti on ona mi vi oni one me te ga je ju nas vas ih mu joj nam vam im moj moja moje moji mog moju tvoj tvoja
svoj svoju njegov njen sam si smo ste su nisam nisi nije nismo niste nisu bio bila bilo bili bih bi cu ces ce
cemo cete necu neces nece da ne li i ili ali a pa jer ako kad kada gde gdje kako zasto zbog sta sto ko koga
kome koji koja koje kojem cija nista neko nekoga nekim niko nikog niko nikad uvek uvijek stalno sad sada danas
sutra juce veceras ovde tu tamo ovo to ta taj ova ovaj onaj s sa u na od do iz za po o kod pre posle bez preko
izmedju imam imas ima imamo imate imaju nemam nemas nema hocu hoces hoce zelim moze mogu mozes mozemo mozete
ne znam zna znas znate znaju razume razumem razumes radi radim radis kaze kazem reci rekao rekla pricam prica
pricas pricati pisem pises volim voli volis mrzi mrze mrzim boji bojim plasim treba trebam idem ides ide idemo
zdravo zdr pozdrav cao caos dobar dan dobro dobra jutro vece laku noc hvala fala molim pomoc pomozi pomozite
upomoc izvini izvinite oprosti oprostite dovidjenja prijatno hej ej ajde hajde ma bre brate sestro brat sestra
mama tata majka otac roditelji roditeljima drug drugar drugarica drugovi prijatelj skola skoli skolu razred
nastavnik nastavnica kuci kuca kuce godina godine godinu dana puno mnogo malo vise jako bas samo jos vec opet
svi sve svima svaki svaku ljudi devojka decko momak zovem zoves zove broj telefon poruke slike srpski albanski
spavam placem glava boli tuzan tuzna usamljen hteo htela nesto pitam nemoj nemojte nemoguce
"""
_MACEDONIAN = """
jas ti toj taa nie vie tie me te go ja ni ve gi mi mu i im moj moja moe moite mojot tvoj tvojot svoj sum si e
sme ste se ne nema nemam nemas nemaat ima imam imas imame imaat imate da li dali i ili ama ako koga kade kako
zosto zoso oti sto so shto koj koja koe koi kolku nisto nikoj nekoj nekogo sekogas nikogas sega denes utre
vcera vecer ovde tuka tamu ova toa taa ovoj onoj vo na od do za po kaj pred posle bez megju sakam sakas saka
sakame sakaat mozam mozes moze mozeme mozat mozete ke kje znam znaes znae znaat razbiram razbira razbiras
pravam pravis pravi pravime zboruvam zboruva zboruvate velam veli rece kazi rekov odam odi odime idam doagam
dojdam zdravo zdr pozdrav cao dobar den dobro dobra utro vecer nokj nok fala blagodaram molam pomos pomosh
pomogni pomognete izvini izvinete prijatno ajde ej majka majkami tatko mama tato brat sestra roditeli roditelite
drugar drugari drugarka uciliste ucilisteto skolo klas nastavnik doma kuka godini godina den mnogu malku povekje
poveke samo uste pak site se sekoj sekoja lugje luge devojka decko vikas vikam vika broj telefon sliki
makedonski albanski spijam placam boli tazen tazna sam sama strav plasam mrazat mrazi tesko ubavo ubava ostavaj
mnogu zivot mene nego nea niv vas nas nekako zatoa megutoa togas odma
"""
_CYRILLIC_SERBIAN = """
сам је смо су бих би ћу ћеш ће нећу није нисам ја он она ко шта где зашто када сада данас сутра јуче хвала
молим помоћ помозите дан ноћ добар мене са у и ли треба могу можеш може волим воле разуме не знам желим хоћу
причам радиш радим разговарам неким неко нико ништа увек сви школи школа отац тата довиђења ћао колико кошта
имам година вам вас пуно плашим бојим
"""
_CYRILLIC_MACEDONIAN = """
сум е сме јас тој таа кој што шо каде зошто кога сега денес утре вчера фала благодарам молам помош помогнете
ден ноќ мене со во и дали треба можам можеш може сакам сака сакаш разбирам разбира зборувам зборувате правам
правиш некого некој никој ништо нешто секогаш сите училиште школо татко чао колку чини имаш години ги го ми
нема немам другари те се плашам убаво пријатно мразат моите мојот оваа ова тоа доаѓам дојдам ќе ама
"""
_NOBODYS = """
ok okay oke okej okk kk lol lmao xd omg wow haha hahaha hahah ahah ahaha hah hehe hehehe hihi hmm hm mhm ah oh
eh uh ehh ohh uff ups yay tiktok insta instagram facebook fb snap snapchat whatsapp viber youtube discord
telegram online offline story live like post chat wifi internet bot gay crush selfie iphone google netflix
bro bff covid messi ronaldo tirana shqiperi albania kosovo kosova roma milano london berlin
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FOREIGN_WORDS = {
    "en": _words(_ENGLISH),
    "it": _words(_ITALIAN),
    "de": _words(_GERMAN),
    "fr": _words(_FRENCH),
    "tr": _words(_TURKISH),
    "el": _words(_GREEK),
    "sr": _words(_SERBIAN),
    "mk": _words(_MACEDONIAN),
}
"""Language → its frequent words in Latin letters; a word may stand in several."""

CYRILLIC_WORDS = {"sr": _words(_CYRILLIC_SERBIAN), "mk": _words(_CYRILLIC_MACEDONIAN)}
"""Words in Cyrillic letters that tell Serbian and Macedonian apart, in lower case and not folded."""

NOBODYS_WORDS = _words(_NOBODYS)
"""Words that young people write in any language."""

OPENINGS = {
    "en": _words("hello help please thanks thank morning evening english"),
    "it": _words("aiuto aiutami aiutatemi salve buongiorno buonasera italiano"),
    "de": _words("hallo hilfe guten danke bitte deutsch"),
    "fr": _words("bonjour bonsoir aide aidez merci francais"),
    "tr": _words("merhaba yardim tesekkurler imdat turkce"),
    "el": _words("geia geiasou kalimera kalispera voitheia voithia boitheia boithia ellinika"),
    "sr": _words("zdravo pomoc pomozite upomoc hvala srpski"),
    "mk": _words("zdravo pomos pomosh pomognete blagodaram makedonski"),
}
"""Greetings and cries for help that are unmistakably of one language, even alone."""
